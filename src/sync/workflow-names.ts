/**
 * What workflows and those who talk to them, worker, command line and schedules, call by the same name. Histories,
 * schedules and other people's scripts hold these names: none may change.
 */
import type { SyncInput } from './job';
import type { SyncReport } from './report';
import type { ScheduledSyncInput, ScheduledSyncResult } from './scheduled-sync';

/** Type of the workflow that syncs one connector. */
export const SYNC_WORKFLOW = 'syncConnector';
/** The workflow {@link SYNC_WORKFLOW}, as its clients see it. */
export type SyncWorkflow = (input: SyncInput) => Promise<SyncReport>;

/** Type of the workflow that a schedule starts. */
export const SCHEDULED_WORKFLOW = 'scheduledSync';
/** The workflow {@link SCHEDULED_WORKFLOW}, as its clients see it. */
export type ScheduledWorkflow = (input: ScheduledSyncInput) => Promise<ScheduledSyncResult>;

/** Signal to a sync: stop copying at the next checkpoint. */
export const PAUSE_SIGNAL = 'pause';
/** Signal to a sync: go on from the checkpoints. */
export const RESUME_SIGNAL = 'resume';
/** Query of a sync, answered with its `SyncProgress`. */
export const PROGRESS_QUERY = 'progress';

const SYNC_ID_PREFIX = 'sync-';

/** The workflow id that lets a connector have one sync at a time, whatever starts it. */
export function syncWorkflowId(connectorId: string): string {
  return SYNC_ID_PREFIX + connectorId;
}

/** The connector that {@link syncWorkflowId} made the id of. */
export function connectorOfWorkflow(workflowId: string): string {
  return workflowId.startsWith(SYNC_ID_PREFIX) ? workflowId.slice(SYNC_ID_PREFIX.length) : workflowId;
}

/** Task queue of the activities that copy and compare: their slots bound the connections to PostgreSQL. */
export function dataTaskQueue(taskQueue: string): string {
  return `${taskQueue}-data`;
}
