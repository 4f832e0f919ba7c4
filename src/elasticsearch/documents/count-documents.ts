import type { Client } from '@elastic/elasticsearch';

import { OWN_FIELDS } from '../../sync/own-fields';
import { relationField } from '../../sync/relation';
import { asCount, asList, asObject, asText, damagedAnswer, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';

/** Relations a page of the aggregation; any number of relations takes as many pages as it needs. */
const PAGE = 1_000;

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
  let after: { relation: string } | undefined;
  do {
    const page = await countPage(client, index, connectorId, after);
    for (const { relation, documents } of page) counts.set(relation.slice(prefix.length), documents);
    const last = page.length < PAGE ? undefined : page.at(-1);
    // Else counting would never end.
    if (last !== undefined && last.relation === after?.relation) throw damagedAnswer(countingIn(index));
    after = last === undefined ? undefined : { relation: last.relation };
  } while (after !== undefined);
  return counts;
}

interface RelationCount {
  readonly relation: string;
  readonly documents: number;
}

const countingIn = (index: string) => `counting the documents of index ${index}`;

async function countPage(
  client: Client,
  index: string,
  connectorId: string,
  after: { relation: string } | undefined,
): Promise<readonly RelationCount[]> {
  const doing = countingIn(index);
  const answer: unknown = await translateFailures(doing, () => {
    const sources = [{ relation: { terms: { field: OWN_FIELDS.relation } } }];
    return client.search({
      index,
      size: 0,
      track_total_hits: false,
      allow_partial_search_results: false,
      query: ownDocuments(connectorId),
      aggs: { relations: { composite: { size: PAGE, sources, ...(after === undefined ? {} : { after }) } } },
    });
  });
  return readAnswer(doing, () => {
    const { relations } = asObject(asObject(answer)['aggregations']);
    return asList(asObject(relations)['buckets']).map((bucket) => {
      const { key, doc_count: documents } = asObject(bucket);
      return { relation: asText(asObject(key)['relation']), documents: asCount(documents) };
    });
  });
}

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
