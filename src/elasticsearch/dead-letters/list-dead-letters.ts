import type { Client, estypes } from '@elastic/elasticsearch';

import { asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { atPointInTime, followPages, type Page, pageAfter, type PointInTime } from '../documents/point-in-time';
import type { DeadLetterSource } from './dead-letter-source';
import type { DeadLetter } from './write-dead-letters';

/** The dead letters of a connector, or of one of its relations. */
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
): AsyncGenerator<readonly StoredDeadLetter[], void, undefined> {
  const doing = `reading the dead letters in ${index}`;
  const refresh = () => unlessMissing(() => client.indices.refresh({ index }));
  if ((await translateFailures(doing, refresh)) === undefined) return;
  yield* atPointInTime(client, { index, doing, mayBeMissing: true }, (pit) =>
    followPages(doing, async (after) => {
      const answer: unknown = await translateFailures(doing, () => searchPage(client, filter, pit, after));
      return readAnswer(doing, () => readPage(answer));
    }),
  );
}

async function searchPage(
  client: Client,
  { connectorId, relation }: DeadLetterFilter,
  pit: PointInTime,
  after: unknown,
) {
  const filter: estypes.QueryDslQueryContainer[] = [{ term: { connector_id: connectorId } }];
  if (relation !== undefined) filter.push({ term: { relation } });
  return client.search<DeadLetterSource>({
    ...pageAfter(pit, after),
    size: PAGE,
    allow_partial_search_results: false,
    query: { bool: { filter } },
  });
}

function readPage(answer: unknown): Page<StoredDeadLetter> {
  const hits = asList(asObject(asObject(answer)['hits'])['hits']).map(asObject);
  return { items: hits.flatMap(readLetter), next: hits.length < PAGE ? undefined : asList(hits.at(-1)?.['sort']) };
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
