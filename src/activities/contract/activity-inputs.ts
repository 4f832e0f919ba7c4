import type { BucketRange } from '../../sync/bucket-ranges';
import type { Checkpoint } from '../../sync/checkpoint';
import type { JobTrigger, JobType, SyncOptions } from '../../sync/job';
import type { CopyTask } from '../../sync/partitions';
import type { PlannedRelation, SyncJob, SyncPlan } from '../../sync/sync-plan';
import type { Since } from '../../sync/unseen-transactions';

/** The connector whose servers are tried. */
export interface ValidateInput {
  readonly connectorId: string;
  /** The one of its indices that is synced. Absent: the connector has one, or the sync is that of all. */
  readonly index?: string;
  /** Hash of the definition by which the sync of all found that index. */
  readonly definition?: string;
  /** Tables that are gone, whose indices are to be deleted. Absent: none. */
  readonly forget?: readonly string[];
  /** The sync that begins. Absent for syncs that began under 0.1.0. */
  readonly run?: {
    readonly jobType: JobType;
    readonly trigger: JobTrigger;
    /** Run id of the workflow's first run. */
    readonly firstRunId: string;
    readonly syncJob?: string;
    /** When it was to begin by its schedule, in ISO 8601. */
    readonly scheduledFor?: string;
  };
}

/** The sync to be planned. */
export interface PlanRequest {
  readonly jobType: JobType;
  /** The workflow's run id. */
  readonly jobId: string;
  readonly options: SyncOptions;
}

/** The sync to be planned, and the connector as it was found. */
export interface PlanInput extends PlanRequest {
  readonly connectorId: string;
  /** Hash of the connector's definition, as `validateConnector` found it. */
  readonly definition: string;
}

/** The sync whose connector is tried, and planned. Without a run it is only a look, after which that may begin. */
export interface LookInput extends ValidateInput, PlanRequest {}

/** The plan whose index is made ready. */
export interface IndexInput {
  readonly plan: SyncPlan;
}

/** The plan whose index is finished. */
export interface FinishInput extends IndexInput {
  /** Relations that could not be synced: their state stays as it is. Absent: none. */
  readonly failed?: readonly string[];
  /** Documents that no connector accounts for. Absent: as many as were remembered. */
  readonly foreign?: number;
}

/** The end of a sync of a connector whose tables have indices of their own, which were synced by their own syncs. */
export interface FinishIndicesInput {
  readonly connectorId: string;
  readonly definition: string;
  /** The workflow's run id. */
  readonly jobId: string;
  /** Tables that are gone, whose indices are to be deleted. */
  readonly forgotten: readonly string[];
  /** Whether every table was synced. */
  readonly isComplete: boolean;
}

/** The job whose index is left in order, when it did not complete. */
export interface RestoreInput {
  readonly job: SyncJob;
}

/** The job and its round of copying, which gives the writes their versions. */
export interface SyncRound {
  readonly job: SyncJob;
  /** From 0 on. */
  readonly round: number;
}

/** Partitions to copy, and where to begin. */
export interface CopyInput extends SyncRound {
  readonly task: CopyTask;
  /** Checkpoint of an activity that was paused; an earlier attempt of this one may be further. */
  readonly resumeFrom: Checkpoint;
}

/** Relations that are about to be copied, or were, and may have changed meanwhile. */
export interface CatchUpInput extends SyncRound {
  readonly relations: readonly PlannedRelation[];
}

/** Relations to be copied once more. */
export interface ReplanInput {
  readonly job: SyncJob;
  /** Names of relations that changed while they were read. */
  readonly relations: readonly string[];
}

/** A relation of the plan, to be found again: by its oid or, a rule, whose oid is 0, by its name. */
export type NamedRelation = Pick<PlannedRelation, 'name' | 'oid'>;

/** Relations whose dead letters are to be tried again. */
export interface RetryInput extends SyncRound {
  readonly relations: readonly NamedRelation[];
}

/** A relation whose rows and documents are held against each other. */
export interface SurveyedRelation extends NamedRelation {
  /** Of one whose documents hold rows of other tables: the moment since which some may have gone. */
  readonly rowsSince?: Since;
}

/** Relations whose rows and documents are held against each other. */
export interface SurveyInput {
  readonly job: SyncJob;
  readonly relations: readonly SurveyedRelation[];
  /** Every relation of the plan, to tell orphans; given with the last batch only. */
  readonly known?: readonly string[];
  /** Look at the id of every document, although counts gave no reason to. */
  readonly allIds?: true;
  /** Round of copying; given by workflows that delete what sums tell to be stale. */
  readonly round?: number;
}

/** A part of a relation whose ids are compared in one go; small ones share an activity. */
export interface ComparedPart {
  readonly relation: string;
  readonly buckets: readonly BucketRange[];
  /** `pg_class.oid`; absent for a relation that is no longer synced: all its documents are stale. */
  readonly oid?: number;
  /** Instead of the buckets: the relation's documents whose fields don't say so, told by their ids. */
  readonly strays?: true;
  /** Stale are the documents, from before, of rows that an ingest pipeline drops; there are no buckets then. */
  readonly outlived?: true;
}

/** Parts whose ids are compared, or whose stale documents are deleted, one after the other. */
export interface ComparePartsInput extends SyncRound {
  readonly parts: readonly ComparedPart[];
}

/** One part of {@link ComparePartsInput}. */
export interface CompareInput extends SyncRound {
  readonly part: ComparedPart;
}
