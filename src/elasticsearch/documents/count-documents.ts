import type { Client } from '@elastic/elasticsearch';

import { OWN_FIELDS } from '../../sync/own-fields';
import { relationField } from '../../sync/relation';
import { asCount, asObject, asText, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { pageBuckets } from './page-buckets';

/** Documents of one relation. Sees what was refreshed. */
export async function countDocuments(
  client: Client,
  index: string,
  connectorId: string,
  relation: string,
): Promise<number> {
  return count(client, index, { term: { [OWN_FIELDS.relation]: relationField(connectorId, relation) } });
}

/** All documents of an index, and those whose field `_relation` is one of some connectors'. */
export interface DocumentTotals {
  readonly total: number;
  readonly ofConnectors: number;
}

/** Counts all documents of an index and, of them, those of connectors. Sees what was refreshed. */
export async function countTotals(
  client: Client,
  index: string,
  connectorIds: readonly string[],
): Promise<DocumentTotals> {
  const total = await count(client, index, { match_all: {} });
  if (connectorIds.length === 0) return { total, ofConnectors: 0 };
  return { total, ofConnectors: await count(client, index, { bool: { should: connectorIds.map(ownDocuments) } }) };
}

/** Documents of a connector by relation. Sees what was refreshed. */
export async function countByRelation(
  client: Client,
  index: string,
  connectorId: string,
): Promise<Map<string, number>> {
  const prefix = relationField(connectorId, '');
  const counts = new Map<string, number>();
  const request = {
    index,
    query: ownDocuments(connectorId),
    by: { relation: OWN_FIELDS.relation },
    doing: countingIn(index),
  };
  for await (const { key, documents } of pageBuckets(client, request)) {
    const relation = readAnswer(request.doing, () => asText(key['relation']));
    counts.set(relation.slice(prefix.length), documents);
  }
  return counts;
}

const countingIn = (index: string) => `counting the documents of index ${index}`;

function ownDocuments(connectorId: string) {
  return { prefix: { [OWN_FIELDS.relation]: relationField(connectorId, '') } };
}

async function count(client: Client, index: string, query: object): Promise<number> {
  const doing = countingIn(index);
  const answer: unknown = await translateFailures(doing, () =>
    client.search({ index, size: 0, track_total_hits: true, allow_partial_search_results: false, query }),
  );
  return readAnswer(doing, () => asCount(asObject(asObject(asObject(answer)['hits'])['total'])['value']));
}
