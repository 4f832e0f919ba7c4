import { type Client, errors } from '@elastic/elasticsearch';

import { asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';

/** Names of the indices that an alias stands on; none where nothing has the name, or an index itself has it. */
export async function readAlias(client: Client, alias: string): Promise<string[]> {
  const doing = `reading the alias ${alias}`;
  return translateFailures(doing, async () => {
    try {
      const found: unknown = await client.indices.getAlias({ name: alias, expand_wildcards: 'all' });
      return readAnswer(doing, () => Object.keys(asObject(found)));
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === 404) return [];
      throw error;
    }
  });
}
