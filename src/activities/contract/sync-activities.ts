import type { RelationReport } from '../../sync/report';
import type { SyncPlan } from '../../sync/sync-plan';
import type {
  CatchUpInput,
  ComparePartsInput,
  CopyInput,
  FinishIndicesInput,
  FinishInput,
  IndexInput,
  LookInput,
  PlanInput,
  ReplanInput,
  RestoreInput,
  RetryInput,
  SurveyInput,
  ValidateInput,
} from './activity-inputs';
import type {
  CatchUpResult,
  Comparison,
  ConnectorFacts,
  CopyResult,
  FinishedIndex,
  Look,
  PreparedIndex,
  ReplannedRelation,
  RestoredIndex,
  Survey,
} from './activity-results';

/**
 * The steps of a sync that touch a server. Each takes one readonly object and returns one; rows, keys and secrets
 * never cross this border. All are idempotent: Temporal may run them again after a crash.
 */
export interface SyncActivities {
  validateConnector(input: ValidateInput): Promise<ConnectorFacts>;
  /** Both of the first steps, and the whole sync where nothing changed. */
  lookForChanges(input: LookInput): Promise<Look>;
  planSync(input: PlanInput): Promise<SyncPlan>;
  /** Workers of 0.1.0 return nothing. */
  prepareIndex(input: IndexInput): Promise<PreparedIndex | null>;
  /** Before the copy: rows that share a key become dead letters. */
  refuseSharedKeys(input: CatchUpInput): Promise<CatchUpResult>;
  copyPartitions(input: CopyInput): Promise<CopyResult>;
  catchUpRelations(input: CatchUpInput): Promise<CatchUpResult>;
  replanRelations(input: ReplanInput): Promise<readonly ReplannedRelation[]>;
  /** Tries rows of earlier dead letters again; afterwards those of these relations are of rows rejected by this job. */
  retryRejected(input: RetryInput): Promise<readonly RelationReport[]>;
  surveyRelations(input: SurveyInput): Promise<Survey>;
  /** @returns a comparison a part, in their order */
  compareIds(input: ComparePartsInput): Promise<readonly Comparison[]>;
  /** @returns a report a part, in their order */
  deleteStaleDocuments(input: ComparePartsInput): Promise<readonly RelationReport[]>;
  /** Workers of 0.1.0 return nothing. */
  finishSync(input: FinishInput): Promise<FinishedIndex | null>;
  /** @returns sentences about what was deleted */
  finishIndices(input: FinishIndicesInput): Promise<readonly string[]>;
  /** @returns undefined where no index was removed, as workers of 0.1.0 always answer */
  restoreIndex(input: RestoreInput): Promise<RestoredIndex | undefined>;
}
