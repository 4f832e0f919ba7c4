/**
 * Names that workflows share with those who talk to them: worker, command line and schedules. Histories, schedules and
 * other people's scripts hold them: none may change.
 */
import type { JobTrigger, JobType, ScheduledSyncInput, ScheduledSyncResult, SyncInput } from '../job';
import type { SyncReport, SyncTotals } from '../report';

/** Type of the workflow that syncs one connector. */
export const SYNC_WORKFLOW = 'syncConnector';
/** The workflow {@link SYNC_WORKFLOW}, as its clients see it. */
export type SyncWorkflow = (input: SyncInput) => Promise<SyncReport>;

/** Type of the workflow that a schedule starts. */
export const SCHEDULED_WORKFLOW = 'scheduledSync';
/** The workflow {@link SCHEDULED_WORKFLOW}, as its clients see it. */
export type ScheduledWorkflow = (input: ScheduledSyncInput) => Promise<ScheduledSyncResult>;

/** Type of the workflow that serves connectors which are managed in Elasticsearch. */
export const SERVICE_WORKFLOW = 'serveConnectors';
/** Input of {@link SERVICE_WORKFLOW}. */
export interface ServiceInput {
  /** Task queue of its activity, which only workers poll that serve the same connectors. */
  readonly taskQueue: string;
}

/** Type of the workflow that follows the changes of one connector. */
export const FOLLOW_WORKFLOW = 'followConnector';
/** Input of {@link FOLLOW_WORKFLOW}. */
export interface FollowInput {
  readonly connectorId: string;
}
/** The workflow {@link FOLLOW_WORKFLOW}, as its clients see it. */
export type FollowWorkflow = (input: FollowInput) => Promise<void>;

/** Signal to {@link FOLLOW_WORKFLOW}: changes from here on are heard of, or some were dropped; a sync has to follow. */
export const GAP_SIGNAL = 'gap';
/** Signal to {@link FOLLOW_WORKFLOW}: tables changed that relations read, which a sync has to read again. */
export const READ_AGAIN_SIGNAL = 'readAgain';
/** Query of {@link FOLLOW_WORKFLOW}, answered with its `FollowState`. */
export const FOLLOW_QUERY = 'following';

/** The workflow id that lets a connector have one stream at a time. */
export function followWorkflowId(connectorId: string): string {
  return `follow-${connectorId}`;
}

/** Task queue of streams: each holds a slot for days, and must not take the place of what copies. */
export function followTaskQueue(taskQueue: string): string {
  return `${taskQueue}-follow`;
}

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

/** Type of the workflow that syncs one of a connector's indices, where its tables have their own: a child of the sync. */
export const INDEX_WORKFLOW = 'syncIndex';

/** The workflow id that lets an index have one sync at a time. */
export function indexWorkflowId(connectorId: string, index: string): string {
  return `${syncWorkflowId(connectorId)}/${index}`;
}

/** The connector that {@link syncWorkflowId} made the id of. */
export function connectorOfWorkflow(workflowId: string): string {
  return workflowId.startsWith(SYNC_ID_PREFIX) ? workflowId.slice(SYNC_ID_PREFIX.length) : workflowId;
}

/** The workflow id that a schedule gives to what it starts; Temporal puts the time behind it. */
export function scheduledWorkflowId(connectorId: string, jobType: JobType): string {
  return `scheduled-${connectorId}-${jobType}`;
}

/** Task queue of the activities that copy and compare: their slots bound the connections to PostgreSQL. */
export function dataTaskQueue(taskQueue: string): string {
  return `${taskQueue}-data`;
}

/** The memo of a sync's workflow, for Temporal's lists: the sync's kind from its start on, its totals in the end. */
export interface SyncMemo extends Partial<SyncTotals> {
  readonly connectorId?: string;
  readonly jobType?: JobType;
  readonly trigger?: JobTrigger;
  /** The document in Elasticsearch by which it was asked for. */
  readonly syncJob?: string;
  readonly index?: string;
  readonly durationMs?: number;
}

const MEMO_TYPES: Readonly<Record<keyof SyncMemo, 'string' | 'number'>> = {
  connectorId: 'string',
  jobType: 'string',
  trigger: 'string',
  syncJob: 'string',
  index: 'string',
  indexed: 'number',
  unchanged: 'number',
  deleted: 'number',
  rejected: 'number',
  dropped: 'number',
  omitted: 'number',
  durationMs: 'number',
};

/** Reads the memo of a sync; what is missing, as before its first task, is left out. */
export function readSyncMemo(memo: Readonly<Record<string, unknown>> = {}): SyncMemo {
  return Object.fromEntries(
    Object.entries(MEMO_TYPES).flatMap(([key, type]) => (typeof memo[key] === type ? [[key, memo[key]]] : [])),
  );
}
