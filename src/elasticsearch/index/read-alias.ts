import type { Client } from '@elastic/elasticsearch';

import { asObject, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

/** Names of the indices that an alias stands on; none where nothing has the name, or an index itself has it. */
export async function readAlias(client: Client, alias: string): Promise<string[]> {
  const doing = `reading the alias ${alias}`;
  const request = { name: alias, expand_wildcards: 'all' } as const;
  const found: unknown = await translateFailures(doing, () => unlessMissing(() => client.indices.getAlias(request)));
  return readAnswer(doing, () => Object.keys(asObject(found ?? {})));
}
