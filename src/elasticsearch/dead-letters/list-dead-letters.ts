import type { Client, estypes } from '@elastic/elasticsearch';

import { asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { readLargestPage } from '../documents/largest-page';
import { atPointInTime, followPages, type Page, pageAfter, type PointInTime } from '../documents/point-in-time';
import { type DeadLetter, DROPPED, type DroppedBy } from './dead-letter';
import type { DeadLetterSource } from './dead-letter-source';

/** The dead letters of a connector, or of one of its relations. */
export interface DeadLetterFilter {
  readonly connectorId: string;
  /** Absent: all relations of the connector. */
  readonly relation?: string;
  /** Absent: those of rejected and of dropped documents. */
  readonly kind?: DeadLetterKind;
  /** Only those of documents that pipelines of another digest dropped. */
  readonly droppedByOtherThan?: string;
  /** Only those that this job wrote. */
  readonly jobId?: string;
  /** Only those of these documents, 10,000 at most. */
  readonly documentIds?: readonly string[];
}

/** Why a row has no document: it was rejected, or an ingest pipeline dropped it. */
export type DeadLetterKind = 'rejected' | 'dropped';

/** Dead letters of a relation. */
export type DeadLetterCounts = Readonly<Record<DeadLetterKind, number>>;

/** A dead letter as it is kept. */
export interface StoredDeadLetter extends DeadLetter {
  /** `_id` of the dead letter itself. */
  readonly id: string;
  /** When it was written, ISO 8601. */
  readonly timestamp: string;
}

const PAGE = 1_000;

/** Dead letters in pages of up to 1,000, as of one point in time. Refreshes the index first. */
export async function* listDeadLetters(
  client: Client,
  index: string,
  filter: DeadLetterFilter,
): AsyncGenerator<readonly StoredDeadLetter[], void, undefined> {
  const doing = `reading the dead letters in ${index}`;
  const refresh = () => unlessMissing(() => client.indices.refresh({ index }));
  if ((await translateFailures(doing, refresh)) === undefined) return;
  const size = Math.min(PAGE, await readLargestPage(client, index));
  yield* atPointInTime(client, { index, doing, mayBeMissing: true }, (pit) =>
    followPages(doing, async (after) => {
      const answer: unknown = await translateFailures(doing, () => searchPage(client, filter, { pit, size, after }));
      return readAnswer(doing, () => readPage(answer, size));
    }),
  );
}

async function searchPage(
  client: Client,
  filter: DeadLetterFilter,
  { pit, size, after }: { readonly pit: PointInTime; readonly size: number; readonly after: unknown },
) {
  return client.search<DeadLetterSource>({
    ...pageAfter(pit, after),
    size,
    allow_partial_search_results: false,
    query: letterQuery(filter),
  });
}

/** The query for letters: all its fields are keywords, also in an index that an earlier version made. */
function letterQuery(filter: DeadLetterFilter): estypes.QueryDslQueryContainer {
  const { connectorId, relation, kind, droppedByOtherThan: digest, jobId, documentIds: ids } = filter;
  const isDropped = { term: { error_type: DROPPED } };
  return {
    bool: {
      filter: [
        { term: { connector_id: connectorId } },
        ...(relation === undefined ? [] : [{ term: { relation } }]),
        ...(kind === 'dropped' ? [isDropped] : []),
        ...(jobId === undefined ? [] : [{ term: { job_id: jobId } }]),
        ...(ids === undefined ? [] : [{ terms: { document_id: [...ids] } }]),
      ],
      must_not: [
        ...(kind === 'rejected' ? [isDropped] : []),
        ...(digest === undefined ? [] : [{ term: { pipelines_digest: digest } }]),
      ],
    },
  };
}

function readPage(answer: unknown, size: number): Page<StoredDeadLetter> {
  const hits = asList(asObject(asObject(answer)['hits'])['hits']).map(asObject);
  return { items: hits.flatMap(readLetter), next: hits.length < size ? undefined : asList(hits.at(-1)?.['sort']) };
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
      ...(source.error_type === DROPPED ? { dropped: readDroppedBy(source) } : {}),
    },
  ];
}

function readDroppedBy({ pipeline = [], pipelines_digest: digest = '', fingerprint }: DeadLetterSource): DroppedBy {
  return { pipelines: [pipeline].flat(), digest, ...(fingerprint === undefined ? {} : { fingerprint }) };
}
