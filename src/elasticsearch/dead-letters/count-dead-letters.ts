import type { Client } from '@elastic/elasticsearch';

import { asText, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { pageBuckets } from '../documents/page-buckets';
import { DROPPED } from './dead-letter';
import type { DeadLetterCounts } from './list-dead-letters';

/**
 * Dead letters of a connector by relation; empty where there is no such index. Refreshes it first. A pipeline may have
 * dropped millions of documents: they are counted where they are.
 * @param relations - whose letters are counted. Absent: all of the connector's
 */
export async function countDeadLetters(
  client: Client,
  index: string,
  connectorId: string,
  relations?: readonly string[],
): Promise<Map<string, DeadLetterCounts>> {
  const counts = new Map<string, DeadLetterCounts>();
  const doing = `counting the dead letters in ${index}`;
  const refresh = () => unlessMissing(() => client.indices.refresh({ index }));
  if ((await translateFailures(doing, refresh)) === undefined) return counts;
  const ofRelations = relations === undefined ? [] : [{ terms: { relation: [...relations] } }];
  const query = { bool: { filter: [{ term: { connector_id: connectorId } }, ...ofRelations] } };
  const by = { relation: 'relation', type: 'error_type' };
  for await (const { key, documents } of pageBuckets(client, { index, query, by, doing })) {
    const [relation, type] = readAnswer(doing, () => [asText(key['relation']), asText(key['type'])] as const);
    const { rejected, dropped } = counts.get(relation) ?? { rejected: 0, dropped: 0 };
    const isDropped = type === DROPPED;
    counts.set(relation, {
      rejected: rejected + (isDropped ? 0 : documents),
      dropped: dropped + (isDropped ? documents : 0),
    });
  }
  return counts;
}
