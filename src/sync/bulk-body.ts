/**
 * Part of a bulk request: NDJSON as Elasticsearch takes it. Item `i` are the bytes from `offsets[i]` to
 * `offsets[i + 1]` (the last one ends with the body): an action line, then, for an index action, a document line.
 */
export interface BulkBody {
  readonly bytes: Buffer;
  readonly offsets: readonly number[];
}

/** Fates of the items of a bulk body, all of them acknowledged by Elasticsearch. */
export interface BulkOutcome {
  /** Created or overwritten. */
  readonly indexed: number;
  readonly deleted: number;
  /** Left alone because the index holds a newer version written by this sync, or the document to delete was gone. */
  readonly superseded: number;
  /** Refused for good and kept as dead letters. */
  readonly rejected: number;
  /** Dropped by an ingest pipeline and remembered beside the dead letters. */
  readonly dropped: number;
  readonly bytes: number;
}

export const NO_OUTCOME: BulkOutcome = { indexed: 0, deleted: 0, superseded: 0, rejected: 0, dropped: 0, bytes: 0 };

export function addOutcomes(a: BulkOutcome, b: BulkOutcome): BulkOutcome {
  return {
    indexed: a.indexed + b.indexed,
    deleted: a.deleted + b.deleted,
    superseded: a.superseded + b.superseded,
    rejected: a.rejected + b.rejected,
    dropped: a.dropped + b.dropped,
    bytes: a.bytes + b.bytes,
  };
}
