import type { Client } from '@elastic/elasticsearch';

import { asObject, readAnswer } from '../answers/read-answer';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import type { IndexContent } from '../blueprint/index-content';
import { readContent } from '../blueprint/read-content';

/** Statuses for a role that may not ask (403), an Elasticsearch that can't say, a broken template: creating will tell. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 403, 404, 405]);

/**
 * Reads the content that index templates give an index of a name.
 * @returns undefined where that can't be known: it takes the cluster privilege `manage_index_templates`
 */
export async function readTemplate(client: Client, name: string): Promise<IndexContent | undefined> {
  const doing = `asking what templates give the index ${name}`;
  return translateFailures(doing, async () => {
    try {
      const answer: unknown = await client.indices.simulateIndexTemplate({ name });
      return readAnswer(doing, () => readContent(asObject(asObject(answer)['template'] ?? {})));
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && UNKNOWN.has(status)) return undefined;
      throw error;
    }
  });
}
