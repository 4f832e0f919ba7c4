/**
 * Types and functions for Node.js programs of one's own: `import { openPgferry } from 'pgferry'`. What is exported here keeps to
 * the table of versions in CONTRIBUTING.md; nothing else of the package can be imported.
 */
export { ConfigurationError, type ConfigurationProblem } from '../config/problems/configuration-error';
export type { JobVerb } from '../jobs/control-sync';
export type { JobFilter, JobStatus, ListedJob } from '../jobs/list-jobs';
export type { SyncEnding } from '../jobs/sync-ending';
export type { LogLevel } from '../logging/create-logger';
export { type FailureType, SyncFailure } from '../sync/failures';
export type { JobTrigger, JobType, ScheduledSyncInput, ScheduledSyncResult, SyncInput, SyncOptions } from '../sync/job';
export type { SyncProgress } from '../sync/progress';
export type { RelationFailure } from '../sync/relation-failure';
export type { RelationReport, SyncReport, SyncStatus, SyncTotals } from '../sync/report';
export {
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  RESUME_SIGNAL,
  SCHEDULED_WORKFLOW,
  type ScheduledWorkflow,
  SYNC_WORKFLOW,
  type SyncMemo,
  type SyncWorkflow,
  syncWorkflowId,
} from '../sync/wire/workflow-names';
export type { Difference, DifferenceCounts } from '../verify/difference';
export { countDifferences, type RelationVerification, type Verification } from '../verify/verification';
export {
  type FollowOptions,
  type LibraryWorker,
  openPgferry,
  type Pgferry,
  type PgferryOptions,
  type StartedSync,
  type StartOptions,
} from './pgferry';
