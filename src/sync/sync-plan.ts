import type { IdScheme } from './document-owner';
import type { JobType, Standing } from './job';
import type { WorkingPipelines } from './pipelines';
import type { SkippedRelation } from './relation';
import type { FailedRelation } from './relation-failure';
import type { Since, UnseenTransactions } from './unseen-transactions';

/**
 * Facts for every activity of one sync job. Few, since they travel with each of them: the connector's definition
 * and its secrets stay with the worker.
 */
export interface SyncJob extends IdScheme {
  readonly jobType: JobType;
  /** The workflow's run id: names the index of a rebuild and the job in dead letters. */
  readonly jobId: string;
  /** Hash of the connector's definition when the sync was planned; another one ends the sync with `ConfigChanged`. */
  readonly definition: string;
  /** ISO 8601; `_timestamp` of rows whose commit time PostgreSQL does not know. */
  readonly startedAt: string;
  /** The transaction horizon from which the next sync must read changes: `pg_snapshot_xmin` at the start. */
  readonly watermark: string;
  /** Of the ids at or above it those that were not seen. Absent: all. */
  readonly unseen?: UnseenTransactions;
  /** External version of the first pass; pass `n` writes `version + n`. */
  readonly version: number;
  /** `index_name`: an alias, or an index that was there before pgferry. */
  readonly index: string;
  /** The index that keeps its dead letters. Absent: `{index}-rejected`. */
  readonly deadLetters?: string;
  /** The index itself that this sync writes to. */
  readonly concreteIndex: string;
  /** Whether writes go to the alias `index`; else to `concreteIndex`. */
  readonly behindAlias: boolean;
  /** UUID of an index that no alias guards: a bulk would make it anew where it was deleted. Absent: one does. */
  readonly indexUuid?: string;
  /** Whether this sync makes the index, so that it holds nothing else. */
  readonly newIndex: boolean;
  /** Copy everything into a new index, then swap the alias. */
  readonly rebuild: boolean;
  /** What the name `index` stands for after a rebuild. Absent: an alias, as before. */
  readonly rebuildAs?: Standing;
  /** The index was restored from a snapshot, or copied, since the last sync: nothing that was saved of it counts. */
  readonly unfamiliar?: true;
  /** Ingest pipelines that work on the documents, as they were before the first write. Absent: none. */
  readonly pipelines?: WorkingPipelines;
  /** Delete the documents that Elastic's own connector has made, once all others are written. */
  readonly adopt?: true;
  /** Try all rows again that a pipeline dropped, though neither they nor the pipeline changed. */
  readonly retryDropped?: true;
}

/** A leaf to read: `[oid, file node, blocks, copy]`; copy 1 reads every row, 0 those changed since `since`. */
export type PlannedLeaf = readonly [oid: number, fileNode: number, blocks: number, copy: 0 | 1];

/** A relation to read; compact, since thousands of them travel together. */
export interface PlannedRelation {
  readonly name: string;
  /** `pg_class.oid`; 0 for a rule */
  readonly oid: number;
  /** Definition of the relation and its projection when the sync was planned. */
  readonly definition: string;
  /** Watermark of the last sync, from which a refresh reads; absent where every leaf is copied. */
  readonly since?: string;
  readonly unseen?: UnseenTransactions;
  /** Estimate, for progress only. */
  readonly rows: number;
  /** A view, foreign table or rule: without leaves, read as a whole and compared by fingerprint. */
  readonly whole?: true;
  /** No sync of the whole relation has shown that its documents are as they were sent: every row is sent again. */
  readonly unproven?: true;
  /** Its documents hold rows of other tables, whose changes are looked for, too. */
  readonly tree?: true;
  /** Rows of its leaves may share a key: they are looked for before it is copied. */
  readonly sharesKeys?: true;
  /** Of a rule: hash of what the configuration says of it. */
  readonly rule?: string;
  readonly leaves: readonly PlannedLeaf[];
}

/** The moment from which a refresh of a relation reads; undefined where every leaf is copied. */
export function sinceOf({ since: watermark, unseen }: PlannedRelation): Since | undefined {
  return watermark === undefined ? undefined : { watermark, ...(unseen === undefined ? {} : { unseen }) };
}

/** Work that a sync will do. Holds names, block ranges and counts; never a key's value. */
export interface SyncPlan {
  readonly job: SyncJob;
  readonly relations: readonly PlannedRelation[];
  readonly skipped: readonly SkippedRelation[];
  /** Relations of the saved state that are no longer selected: all their documents are stale. */
  readonly dropped: readonly string[];
  /** Relations that should be read and can't be: their documents and their state stay as they are. Absent: none. */
  readonly failed?: readonly FailedRelation[];
  /** The saved state speaks of another history of the database: no watermark of it may stay. */
  readonly untrusted?: true;
  /** Notes for people before the first write: what a rebuild leaves behind. Absent: nothing. */
  readonly notes?: readonly string[];
}
