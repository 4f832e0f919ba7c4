import type { Client, WorkflowExecutionInfo } from '@temporalio/client';

import {
  connectorOfWorkflow,
  readSyncMemo,
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
  readonly runId: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly memo: SyncMemo;
}

/** Jobs that one answer of Temporal holds at most, whatever is asked for. */
const PAGE = 1_000;

/** The newest jobs first. Needs no search attributes: they may not be registered. */
export async function listJobs(client: Client, filter: JobFilter): Promise<ListedJob[]> {
  const jobs: ListedJob[] = [];
  for await (const execution of client.workflow.list({
    query: toQuery(filter),
    pageSize: Math.min(filter.limit, PAGE),
  })) {
    jobs.push(toJob(execution));
    if (jobs.length >= filter.limit) break;
  }
  return jobs;
}

function toQuery({ taskQueue, connectorId, connectorIds, status, since, closedSince }: JobFilter): string {
  const ids = connectorIds?.map((id) => JSON.stringify(syncWorkflowId(id)));
  const conditions = [
    `WorkflowType = '${SYNC_WORKFLOW}'`,
    `TaskQueue = ${JSON.stringify(taskQueue)}`,
    // A job that went on under a new history is the one that goes on.
    status === undefined ? `ExecutionStatus != 'ContinuedAsNew'` : `ExecutionStatus = '${QUERIED[status]}'`,
    ...(connectorId === undefined ? [] : [`WorkflowId = ${JSON.stringify(syncWorkflowId(connectorId))}`]),
    ...(ids === undefined ? [] : [`WorkflowId in (${ids.join(', ')})`]),
    ...(since === undefined ? [] : [`StartTime >= '${since.toISOString()}'`]),
    ...(closedSince === undefined ? [] : [`CloseTime >= '${closedSince.toISOString()}'`]),
  ];
  return conditions.join(' and ');
}

type Described = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime' | 'memo'> & {
  readonly closeTime?: Date | undefined;
};

/** Turns Temporal's description of a workflow into a job. */
export function toJob(execution: Described): ListedJob {
  const { workflowId, runId, status, startTime, closeTime, memo } = execution;
  return {
    connectorId: connectorOfWorkflow(workflowId),
    runId,
    status: status.name.toLowerCase(),
    startedAt: startTime,
    ...(closeTime === undefined ? {} : { closedAt: closeTime }),
    memo: readSyncMemo(memo),
  };
}
