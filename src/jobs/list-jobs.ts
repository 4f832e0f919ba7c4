import type { Client, WorkflowExecutionInfo } from '@temporalio/client';

import {
  connectorOfWorkflow,
  readSyncMemo,
  SCHEDULED_WORKFLOW,
  scheduledWorkflowId,
  SYNC_WORKFLOW,
  type SyncMemo,
  syncWorkflowId,
} from '../sync/wire/workflow-names';

/** Sync jobs to list. */
export interface JobFilter {
  /** Only jobs of this configuration's workers. */
  readonly taskQueue: string;
  readonly connectorId?: string;
  /** Only those of these connectors. */
  readonly connectorIds?: readonly string[];
  readonly status?: JobStatus;
  /** Only those that were started then, or later. */
  readonly since?: Date;
  /** Only those that ended then, or later. */
  readonly closedSince?: Date;
  readonly limit: number;
}

/** Statuses of jobs, as Temporal calls them. */
export const JOB_STATUSES = ['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Temporal's names in queries. */
const QUERIED: Readonly<Record<JobStatus, string>> = {
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  timed_out: 'TimedOut',
};

/** A sync job, from Temporal's visibility; kept as long as the namespace's retention says. */
export interface ListedJob {
  readonly connectorId: string;
  /** That of all its connector's syncs; of one that its schedule was done with at a first look, that of the schedule's run. */
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly memo: SyncMemo;
}

/** Jobs that one answer of Temporal holds at most, whatever is asked for. */
const PAGE = 1_000;
/** And at least: beside a long sync there may be many runs of schedules that are none. */
const LEAST = 100;

/** The newest jobs first. Needs no search attributes: they may not be registered. */
export async function listJobs(client: Client, filter: JobFilter): Promise<ListedJob[]> {
  const jobs: ListedJob[] = [];
  for await (const execution of client.workflow.list({
    query: toQuery(filter),
    pageSize: Math.min(Math.max(filter.limit, LEAST), PAGE),
  })) {
    const job = toJob(execution);
    if (job === undefined || !isWanted(job, filter)) continue;
    jobs.push(job);
    if (jobs.length >= filter.limit) break;
  }
  return jobs;
}

/** One connector's id may be the beginning of another's. */
function isWanted({ connectorId }: ListedJob, filter: JobFilter): boolean {
  const only = filter.connectorId === undefined || filter.connectorId === connectorId;
  return only && (filter.connectorIds?.includes(connectorId) ?? true);
}

function toQuery({ taskQueue, connectorId, connectorIds, status, since, closedSince }: JobFilter): string {
  const ids = connectorId === undefined ? connectorIds : [connectorId];
  const ofSyncs = [
    `WorkflowType = '${SYNC_WORKFLOW}'`,
    ...(ids === undefined ? [] : [`WorkflowId in (${ids.map((id) => JSON.stringify(syncWorkflowId(id))).join(', ')})`]),
  ].join(' and ');
  const conditions = [
    status === undefined || status === 'completed' ? `(${ofSyncs} or ${ofLooks(ids)})` : ofSyncs,
    `TaskQueue = ${JSON.stringify(taskQueue)}`,
    // A job that went on under a new history is the one that goes on.
    status === undefined ? `ExecutionStatus != 'ContinuedAsNew'` : `ExecutionStatus = '${QUERIED[status]}'`,
    ...(since === undefined ? [] : [`StartTime >= '${since.toISOString()}'`]),
    ...(closedSince === undefined ? [] : [`CloseTime >= '${closedSince.toISOString()}'`]),
  ];
  return conditions.join(' and ');
}

/** Runs of schedules that may have been done at their first look. */
export function ofLooks(connectorIds: readonly string[] | undefined): string {
  const ids = connectorIds?.map(
    (id) => `WorkflowId starts_with ${JSON.stringify(`${scheduledWorkflowId(id, 'incremental')}-`)}`,
  );
  const theirs = ids === undefined ? [] : [`(${ids.join(' or ')})`];
  return [`WorkflowType = '${SCHEDULED_WORKFLOW}'`, `ExecutionStatus = '${QUERIED.completed}'`, ...theirs].join(
    ' and ',
  );
}

type Described = Pick<WorkflowExecutionInfo, 'type' | 'workflowId' | 'runId' | 'status' | 'startTime' | 'memo'> & {
  readonly closeTime?: Date | undefined;
};

/**
 * Turns Temporal's description of a workflow into a job.
 * @returns undefined for the run of a schedule that left the work to a sync of its own
 */
export function toJob(execution: Described): ListedJob | undefined {
  const { type, workflowId, runId, status, startTime, closeTime } = execution;
  const memo = readSyncMemo(execution.memo);
  const isSync = type === SYNC_WORKFLOW;
  const connectorId = isSync ? connectorOfWorkflow(workflowId) : memo.connectorId;
  if (connectorId === undefined) return undefined;
  return {
    connectorId,
    workflowId,
    runId,
    status: status.name.toLowerCase(),
    startedAt: startTime,
    ...(closeTime === undefined ? {} : { closedAt: closeTime }),
    memo,
  };
}
