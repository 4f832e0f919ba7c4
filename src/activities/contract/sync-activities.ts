import type { BucketRange } from '../../sync/bucket-ranges';
import type { Checkpoint } from '../../sync/checkpoint';
import type { JobType, SyncOptions } from '../../sync/job';
import type { CopyTask } from '../../sync/partitions';
import type { RelationReport } from '../../sync/report';
import type { PlannedRelation, SyncJob, SyncPlan } from '../../sync/sync-plan';

/** What the worker knows of a connector that the workflow decides with. */
export interface ConnectorFacts {
  /** Hash of the connector's definition, secrets apart. */
  readonly definition: string;
  /** Data activities at the same time. */
  readonly concurrency: number;
  /** Share of documents that may be deleted without consent. */
  readonly maxDeleteRatio: number;
  readonly maxRejected: number;
  /** Whether the namespace knows the search attributes of syncs. @default false */
  readonly searchAttributes?: boolean;
  /** Identity of the worker whose definition it is; workers of 0.1.0 don't say. */
  readonly worker?: string;
}

/** What a copy task did, and whether it is done; not when the sync was paused or cancelled meanwhile. */
export interface CopyResult {
  readonly finished: boolean;
  readonly checkpoint: Checkpoint;
}

/** What the catch-up of some relations found. */
export interface CatchUpResult {
  readonly reports: readonly RelationReport[];
  /** Relations whose definition, leaves or file nodes are no longer those of the plan. */
  readonly changed: readonly string[];
}

/** How a relation's documents and rows stand against each other. */
export interface RelationSurvey {
  readonly relation: string;
  readonly documents: number;
  readonly rows: number;
  readonly rejected: number;
  /** Buckets whose ids must be compared; none where documents and rows are known to be the same. */
  readonly differing: readonly BucketRange[];
}

/** All documents of the connector, against the rows of some relations. */
export interface Survey {
  readonly relations: readonly RelationSurvey[];
  /** Documents of relations that the plan does not know: stale as a whole. */
  readonly orphans: readonly { readonly relation: string; readonly documents: number }[];
}

/** A part of a relation whose ids are compared in one go; small ones share an activity. */
export interface ComparedPart {
  readonly relation: string;
  readonly buckets: readonly BucketRange[];
  /** `pg_class.oid`; absent for a relation that is no longer synced: all its documents are stale. */
  readonly oid?: number;
}

/** What comparing ids found; missing rows have been indexed, stale documents only counted. */
export interface Comparison {
  readonly stale: number;
  readonly report: RelationReport;
}

/**
 * The steps of a sync that touch a server. Each takes one readonly object and returns one; rows, keys and secrets
 * never cross this border. All are idempotent: Temporal may run them again after a crash.
 */
export interface SyncActivities {
  validateConnector(input: { readonly connectorId: string }): Promise<ConnectorFacts>;
  planSync(input: {
    readonly connectorId: string;
    readonly definition: string;
    readonly jobType: JobType;
    readonly jobId: string;
    readonly options: SyncOptions;
  }): Promise<SyncPlan>;
  prepareIndex(input: { readonly plan: SyncPlan }): Promise<void>;
  copyPartitions(input: {
    readonly job: SyncJob;
    readonly task: CopyTask;
    readonly round: number;
    readonly resumeFrom: Checkpoint;
  }): Promise<CopyResult>;
  catchUpRelations(input: {
    readonly job: SyncJob;
    readonly relations: readonly PlannedRelation[];
    readonly round: number;
  }): Promise<CatchUpResult>;
  replanRelations(input: {
    readonly job: SyncJob;
    readonly relations: readonly string[];
  }): Promise<readonly PlannedRelation[]>;
  /** Tries rows of earlier dead letters again; afterwards those of these relations are of rows rejected by this job. */
  retryRejected(input: {
    readonly job: SyncJob;
    readonly relations: readonly { readonly name: string; readonly oid: number }[];
    readonly round: number;
  }): Promise<readonly RelationReport[]>;
  surveyRelations(input: {
    readonly job: SyncJob;
    readonly relations: readonly { readonly name: string; readonly oid: number }[];
    /** Every relation of the plan, to tell orphans; given with the last batch only. */
    readonly known?: readonly string[];
  }): Promise<Survey>;
  /** @returns a comparison a part, in their order */
  compareIds(input: {
    readonly job: SyncJob;
    readonly parts: readonly ComparedPart[];
    readonly round: number;
  }): Promise<readonly Comparison[]>;
  /** @returns a report a part, in their order */
  deleteStaleDocuments(input: {
    readonly job: SyncJob;
    readonly parts: readonly ComparedPart[];
    readonly round: number;
  }): Promise<readonly RelationReport[]>;
  finishSync(input: { readonly plan: SyncPlan }): Promise<void>;
  restoreIndex(input: { readonly job: SyncJob }): Promise<void>;
}
