import type { Client } from '@elastic/elasticsearch';

import { asObject, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

/**
 * The newest version of a write of the connector that became a dead letter: dead letters outlive the index of the
 * documents. Refreshes the index first.
 * @returns undefined where there are none
 */
export async function findNewestVersion(
  client: Client,
  index: string,
  connectorId: string,
): Promise<number | undefined> {
  const doing = `reading the newest dead letter in ${index}`;
  const found: unknown = await translateFailures(doing, () =>
    unlessMissing(async () => {
      await client.indices.refresh({ index });
      return client.search({
        index,
        size: 0,
        allow_partial_search_results: false,
        query: { term: { connector_id: connectorId } },
        aggs: { newest: { max: { field: 'version' } } },
      });
    }),
  );
  if (found === undefined) return undefined;
  return readAnswer(doing, () => {
    const { value } = asObject(asObject(asObject(found)['aggregations'])['newest']);
    // Whoever may write the index may have put anything there.
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  });
}
