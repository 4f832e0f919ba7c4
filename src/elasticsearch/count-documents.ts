import { type Client } from '@elastic/elasticsearch';
import { SyncFailure } from '../sync/failures';
import { relationField } from '../sync/relation';
import { translateFailures } from './translate-failure';

/** Relations a page of the aggregation; any number of relations takes as many pages as it needs. */
const PAGE = 1_000;

/**
 * Makes every write so far visible to searches and counts; without it they see nothing while refreshes are off.
 *
 * @throws SyncFailure `DestinationUnavailable` where a shard did not refresh, which Elasticsearch answers with 200: a
 * count without its newest documents would look like rows that are missing.
 */
export async function refreshIndex(client: Client, index: string): Promise<void> {
  const doing = `refreshing the index ${index}`;
  const { _shards: shards } = await translateFailures(doing, () => client.indices.refresh({ index }));
  if ((shards?.failed ?? 0) === 0) return;
  throw new SyncFailure('DestinationUnavailable', `Elasticsearch failed ${doing} on ${shards?.failed} of its shards.`);
}

/** Documents of one relation. Sees what was refreshed. */
export async function countDocuments(
  client: Client,
  index: string,
  connectorId: string,
  relation: string,
): Promise<number> {
  return count(client, index, { term: { _relation: relationField(connectorId, relation) } });
}

/** Documents that a connector did not write: those of other connectors and writers. Refreshes the index first. */
export async function countForeignDocuments(client: Client, index: string, connectorId: string): Promise<number> {
  await refreshIndex(client, index);
  return count(client, index, { bool: { must_not: [ownDocuments(connectorId)] } });
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
    for (const { key, doc_count: documents } of page.buckets) counts.set(key.relation.slice(prefix.length), documents);
    after = page.buckets.length < PAGE ? undefined : page.after_key;
  } while (after !== undefined);
  return counts;
}

interface RelationPage {
  readonly buckets: readonly { readonly key: { readonly relation: string }; readonly doc_count: number }[];
  readonly after_key?: { readonly relation: string };
}

async function countPage(
  client: Client,
  index: string,
  connectorId: string,
  after: { relation: string } | undefined,
): Promise<RelationPage> {
  return translateFailures(`counting the documents of index ${index}`, async () => {
    const sources = [{ relation: { terms: { field: '_relation' } } }];
    const answer = await client.search<unknown, { relations: RelationPage }>({
      index,
      size: 0,
      track_total_hits: false,
      allow_partial_search_results: false,
      query: ownDocuments(connectorId),
      aggs: { relations: { composite: { size: PAGE, sources, ...(after === undefined ? {} : { after }) } } },
    });
    return answer.aggregations?.relations ?? { buckets: [] };
  });
}

function ownDocuments(connectorId: string) {
  return { prefix: { _relation: relationField(connectorId, '') } };
}

async function count(client: Client, index: string, query: object): Promise<number> {
  return translateFailures(`counting the documents of index ${index}`, async () => {
    const answer = await client.search({
      index,
      size: 0,
      track_total_hits: true,
      allow_partial_search_results: false,
      query,
    });
    const total = answer.hits.total;
    return typeof total === 'number' ? total : (total?.value ?? 0);
  });
}
