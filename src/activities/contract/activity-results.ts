import type { BucketRange } from '../../sync/bucket-ranges';
import type { Checkpoint } from '../../sync/checkpoint';
import type { WorkingPipelines } from '../../sync/pipelines';
import type { SkippedRelation } from '../../sync/relation';
import type { FailedRelation } from '../../sync/relation-failure';
import type { RelationReport } from '../../sync/report';
import type { PlannedRelation, SyncPlan } from '../../sync/sync-plan';

/** Settings of a connector, known to the worker, that the workflow decides with. */
export interface ConnectorFacts {
  /** Hash of the connector's definition, secrets apart. */
  readonly definition: string;
  /** Data activities at the same time. */
  readonly concurrency: number;
  /** Share of documents that may be deleted without consent. */
  readonly maxDeleteRatio: number;
  /** Rows that a job may reject. */
  readonly maxRejected: number;
  /**
   * Whether the namespace knows the search attributes of syncs.
   * @default false
   */
  readonly searchAttributes?: boolean;
  /** Identity of the worker that tried the servers. */
  readonly worker?: string;
  /** Where each table has an index of its own: what there is to sync. Absent: one index for all. */
  readonly indices?: FoundIndices;
}

/** One of a connector's indices, and the table whose rows are its documents. */
export interface IndexOfRelation {
  readonly index: string;
  readonly relation: string;
}

/** An index that may have to be changed. */
export interface IndexToSync extends IndexOfRelation {
  /** Further tables, which are gone, whose documents in it are to be deleted. Absent: none. */
  readonly forget?: readonly string[];
}

/** The indices of a connector whose tables have their own. */
export interface FoundIndices {
  /** Their naming: `shop-{table}`. */
  readonly naming: string;
  /** Those that may have to be changed. */
  readonly indices: readonly IndexToSync[];
  /** A report for each table of which a look has shown that nothing changed. */
  readonly unchanged: readonly RelationReport[];
  /** Tables that can't be synced, whose indices are left alone. */
  readonly failed: readonly FailedRelation[];
  readonly skipped: readonly SkippedRelation[];
  /** Tables that are gone, whose indices are to be deleted when the others are synced. */
  readonly forgotten: readonly string[];
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** What a first look at both servers has found. */
export interface Look {
  readonly facts: ConnectorFacts;
  /**
   * Without its relations where there is nothing to do, or where it was only a look. Absent where each table has an
   * index of its own: the facts tell of those.
   */
  readonly plan?: SyncPlan;
  /** A report for each relation, where there is nothing to do. */
  readonly unchanged?: readonly RelationReport[];
}

/** The index that a sync writes to, ready. */
export interface PreparedIndex {
  /** Ingest pipelines that work on an index just made, null for none. Absent: as planned. */
  readonly pipelines?: WorkingPipelines | null;
  /** Relations that can't be read any more: the index may lack their fields, so that they must not be copied. */
  readonly failed: readonly FailedRelation[];
  /** Notes for people: what the connector's section `index` says and only a rebuild can give. Absent: nothing. */
  readonly notes?: readonly string[];
}

/** Result of a copy task; it is not done when the sync was paused or cancelled meanwhile. */
export interface CopyResult {
  readonly finished: boolean;
  readonly checkpoint: Checkpoint;
}

/** Result of the catch-up of some relations. */
export interface CatchUpResult {
  readonly reports: readonly RelationReport[];
  /** Relations whose definition, leaves or file nodes are no longer those of the plan. */
  readonly changed: readonly string[];
}

/** A relation that was planned anew, or why it could not be. */
export type ReplannedRelation = PlannedRelation | FailedRelation;

/** Counts of a relation's documents, rows and dead letters, to be held against each other. */
export interface RelationSurvey {
  readonly relation: string;
  readonly documents: number;
  readonly rows: number;
  readonly rejected: number;
  /** Rows that an ingest pipeline drops. Absent: none. */
  readonly dropped?: number;
  /** Documents of such rows, from before they were dropped: they are stale. Absent: none. */
  readonly outlived?: number;
  /** Buckets whose ids must be compared; none where documents and rows are known to be the same, but for `stale`. */
  readonly differing: readonly BucketRange[];
  /** Documents that sums told to be stale, and the buckets that they are in. Absent: none, or nobody asked. */
  readonly stale?: { readonly documents: number; readonly buckets: readonly BucketRange[] };
}

/** All documents of the connector, against the rows of some relations. */
export interface Survey {
  readonly relations: readonly RelationSurvey[];
  /** Documents of relations that the plan does not know: stale as a whole. */
  readonly orphans: readonly { readonly relation: string; readonly documents: number }[];
  /** Documents whose ids are the connector's and whose fields don't say so, by the relation in their ids. Absent: none. */
  readonly strays?: readonly { readonly relation: string; readonly documents: number }[];
  /** Documents that no connector accounts for, strays left out; given where all ids were looked at. */
  readonly foreign?: number;
  /** Relations that could not be counted. Absent: none. */
  readonly failed?: readonly FailedRelation[];
}

/** Result of comparing ids; missing rows have been indexed, stale documents only counted. */
export interface Comparison {
  readonly stale: number;
  /** Whether documents were met that are another relation's by their ids. Absent: none. */
  readonly misplaced?: true;
  /** Documents, from before, of rows that an ingest pipeline dropped of this comparison's writes. Absent: none. */
  readonly outlived?: number;
  /** Such documents, among strays, of rows that were dropped before: those that a survey has looked at, or all. Absent: none. */
  readonly outlivedBefore?: number;
  readonly report: RelationReport;
}

/** Facts that are known only when a sync has finished its index. */
export interface FinishedIndex {
  /** Notes for people. */
  readonly notes: readonly string[];
}

/** The index that serves again after a rebuild did not complete. */
export interface RestoredIndex {
  /** The new index, which is gone. */
  readonly removed: string;
  /** Indices that the alias stands on, as before; none where nothing had the name. */
  readonly serving: readonly string[];
}
