import { type Client, errors, type estypes } from '@elastic/elasticsearch';
import { type DeadLetter, type DeadLetterSource } from './dead-letters';
import { translateFailures } from './translate-failure';

/** Whose dead letters. */
export interface DeadLetterFilter {
  readonly connectorId: string;
  /** Absent: all relations of the connector. */
  readonly relation?: string;
}

/** A dead letter as it is kept. */
export interface StoredDeadLetter extends DeadLetter {
  /** `_id` of the dead letter itself. */
  readonly id: string;
  /** When it was written, ISO 8601. */
  readonly timestamp: string;
}

const PAGE = 1_000;
const KEEP_ALIVE = '5m';

/** Dead letters of a connector by relation; empty where there is no such index. Refreshes it first. */
export async function countDeadLetters(
  client: Client,
  index: string,
  connectorId: string,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of listDeadLetters(client, index, { connectorId })) {
    for (const { relation } of page) counts.set(relation, (counts.get(relation) ?? 0) + 1);
  }
  return counts;
}

/** Dead letters in pages of up to 1,000, as of one point in time. Refreshes the index first. */
export async function* listDeadLetters(
  client: Client,
  index: string,
  filter: DeadLetterFilter,
): AsyncGenerator<StoredDeadLetter[], void, undefined> {
  const doing = `reading the dead letters in ${index}`;
  let pit = await translateFailures(doing, () => openRefreshed(client, index));
  if (pit === undefined) return;
  try {
    let after: estypes.SortResults | undefined;
    do {
      const page = await translateFailures(doing, () => searchPage(client, filter, pit ?? '', after));
      pit = page.pit_id ?? pit;
      const { hits } = page.hits;
      if (hits.length > 0) yield hits.flatMap(readLetter);
      after = hits.length < PAGE ? undefined : hits.at(-1)?.sort;
    } while (after !== undefined);
  } finally {
    await client.closePointInTime({ id: pit }).catch(() => undefined);
  }
}

async function openRefreshed(client: Client, index: string): Promise<string | undefined> {
  try {
    await client.indices.refresh({ index });
    return (await client.openPointInTime({ index, keep_alive: KEEP_ALIVE })).id;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function searchPage(
  client: Client,
  { connectorId, relation }: DeadLetterFilter,
  pit: string,
  after: estypes.SortResults | undefined,
) {
  const filter: estypes.QueryDslQueryContainer[] = [{ term: { connector_id: connectorId } }];
  if (relation !== undefined) filter.push({ term: { relation } });
  return client.search<DeadLetterSource>({
    pit: { id: pit, keep_alive: KEEP_ALIVE },
    size: PAGE,
    track_total_hits: false,
    allow_partial_search_results: false,
    sort: [{ _shard_doc: 'asc' }],
    query: { bool: { filter } },
    ...(after === undefined ? {} : { search_after: after }),
  });
}

function readLetter({ _id: id, _source: source }: estypes.SearchHit<DeadLetterSource>): StoredDeadLetter[] {
  if (id === undefined || source === undefined) return [];
  return [
    {
      id,
      timestamp: source['@timestamp'],
      connectorId: source.connector_id,
      relation: source.relation,
      ...(source.document_id === undefined ? {} : { documentId: source.document_id }),
      ...(source.position === undefined ? {} : { position: source.position }),
      errorType: source.error_type,
      ...(source.field === undefined ? {} : { field: source.field }),
      reason: source.reason,
      version: source.version,
      jobId: source.job_id,
    },
  ];
}
