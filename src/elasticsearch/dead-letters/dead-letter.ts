/**
 * A document that Elasticsearch refuses for good, a row that PostgreSQL can't give, or a document that an ingest pipeline
 * drops on purpose. Holds no value of the row but its id.
 */
export interface DeadLetter {
  readonly connectorId: string;
  /** Relation's name. */
  readonly relation: string;
  /** `_id` of the document; absent where the row's key can't be read. */
  readonly documentId?: string;
  /** Tells dead letters without `documentId` apart: anything that stays the same when the sync is retried. */
  readonly position?: string;
  /** `document_parsing_exception`, or pgferry's own: `row_too_large`, `too_many_rows`, {@link DROPPED}. */
  readonly errorType: string;
  readonly field?: string;
  /** One sentence without values. */
  readonly reason: string;
  /** External version of the write that was refused. */
  readonly version: number;
  readonly jobId: string;
  /** Of a dropped document. */
  readonly dropped?: DroppedBy;
}

/** The pipelines that dropped a document, and a hash of the document. */
export interface DroppedBy {
  /** Names of the pipelines that it passed. */
  readonly pipelines: readonly string[];
  /** Of `WorkingPipelines`: with another one the row is tried again. */
  readonly digest: string;
  /** Of the row, where its relation is read as a whole: with another one it has changed. */
  readonly fingerprint?: number;
}

/** `errorType` of what an ingest pipeline dropped. */
export const DROPPED = 'dropped';

export function isDropped({ errorType }: Pick<DeadLetter, 'errorType'>): boolean {
  return errorType === DROPPED;
}
