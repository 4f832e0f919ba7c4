import { isDeepStrictEqual } from 'node:util';
import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { asList, asObject, asText, damagedAnswer, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import type { DeadLetterSource } from './dead-letter-source';
import type { DeadLetter } from './write-dead-letters';

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
  const opened: unknown = await translateFailures(doing, () => openRefreshed(client, index));
  if (opened === undefined) return;
  const pit = readAnswer(doing, () => asText(asObject(opened)['id']));
  try {
    let after: estypes.SortResults | undefined;
    do {
      const page: unknown = await translateFailures(doing, () => searchPage(client, filter, pit, after));
      const { hits, letters, lastSort } = readAnswer(doing, () => readPage(page));
      if (letters.length > 0) yield letters;
      if (lastSort !== undefined && isDeepStrictEqual(lastSort, after)) throw damagedAnswer(doing);
      after = hits < PAGE ? undefined : lastSort;
    } while (after !== undefined);
  } finally {
    await client.closePointInTime({ id: pit }).catch(() => undefined);
  }
}

async function openRefreshed(client: Client, index: string): Promise<unknown> {
  try {
    await client.indices.refresh({ index });
    return await client.openPointInTime({ index, keep_alive: KEEP_ALIVE });
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

interface LetterPage {
  readonly hits: number;
  readonly letters: StoredDeadLetter[];
  readonly lastSort: estypes.SortResults | undefined;
}

function readPage(page: unknown): LetterPage {
  const hits = asList(asObject(asObject(page)['hits'])['hits']).map(asObject);
  const lastSort = hits.at(-1)?.['sort'];
  return {
    hits: hits.length,
    letters: hits.flatMap(readLetter),
    lastSort: lastSort === undefined ? undefined : (asList(lastSort) as estypes.SortResults),
  };
}

/** Whoever may write the index may have put anything there: what is no dead letter is passed over. */
function readLetter({ _id: id, _source: letter }: Readonly<Record<string, unknown>>): StoredDeadLetter[] {
  const source = asObject(letter) as unknown as DeadLetterSource;
  if (typeof source.relation !== 'string') return [];
  return [
    {
      id: asText(id),
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
