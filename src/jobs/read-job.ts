import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';

import { SyncFailure } from '../sync/failures';
import type { SyncProgress } from '../sync/progress';
import type { RelationReport } from '../sync/report';
import { PROGRESS_QUERY, type SyncWorkflow, syncWorkflowId } from '../sync/wire/workflow-names';
import { type ListedJob, ofLooks, toJob } from './list-jobs';
import { addPendingReports, type PendingWork, readPendingWork } from './read-pending-work';

/** Everything that Temporal knows of one job. */
export interface JobDetails extends ListedJob {
  readonly phase?: string;
  readonly paused?: boolean;
  /** Rows that the relations hold, as PostgreSQL estimates. */
  readonly estimatedRows?: number;
  readonly relations: readonly RelationReport[];
  readonly pending: readonly PendingWork[];
  /** The workflow's error, where it did not complete. */
  readonly error?: unknown;
}

/** Milliseconds to wait for the answer of a worker. */
const QUERY_MS = 5_000;
/** Runs of a schedule among which its newest look is searched: where all of these left the work to a sync, that is newer. */
const MOST_RUNS = 20;

/**
 * The latest job of a connector, or the one of that run.
 * @throws SyncFailure `InvalidConfig` where there is none
 */
export async function readJob(client: Client, connectorId: string, runId?: string): Promise<JobDetails> {
  try {
    const description = await describeJob(client, connectorId, runId);
    const job = toJob(description);
    if (job === undefined) throw new Error(`${description.workflowId} is no job`);
    const handle = client.workflow.getHandle<SyncWorkflow>(job.workflowId, job.runId);
    const pending = await readPendingWork(description, client.options.loadedDataConverter);
    if (job.status === 'completed') {
      const { relations } = await handle.result();
      return { ...job, phase: 'completed', relations, pending };
    }
    const error = job.status === 'running' ? undefined : await failureOf(handle.result());
    const ended = error === undefined ? {} : { error };
    const progress = await queryProgress(client, handle);
    if (progress === undefined) return { ...job, ...ended, relations: addPendingReports([], pending), pending };
    const { phase, paused, estimatedRows, relations } = progress;
    return {
      ...job,
      ...ended,
      phase,
      paused,
      estimatedRows,
      relations: addPendingReports(relations, pending),
      pending,
    };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const which = runId === undefined ? 'no sync job' : `no sync job ${runId}`;
    throw new SyncFailure(
      'InvalidConfig',
      `Temporal knows ${which} of ${connectorId}`,
      '`pgferry jobs list` shows those that it knows; it forgets them after the retention time of its namespace.',
    );
  }
}

/** @throws WorkflowNotFoundError */
async function describeJob(client: Client, connectorId: string, runId?: string): Promise<WorkflowExecutionDescription> {
  const ofSync = client.workflow.getHandle(syncWorkflowId(connectorId), runId).describe();
  const [sync, look] = await Promise.all([unlessNotFound(ofSync), findLook(client, connectorId, runId)]);
  if (look === undefined || (sync !== undefined && sync.startTime > look.startTime)) return sync ?? ofSync;
  return client.workflow.getHandle(look.workflowId, look.runId).describe();
}

/** The newest run of the connector's schedule that was done at its first look, or that one. */
async function findLook(
  client: Client,
  connectorId: string,
  runId?: string,
): Promise<WorkflowExecutionInfo | undefined> {
  const which = runId === undefined ? '' : ` and RunId = ${JSON.stringify(runId)}`;
  let left = MOST_RUNS;
  for await (const execution of client.workflow.list({ query: `${ofLooks([connectorId])}${which}`, pageSize: left })) {
    if (toJob(execution)?.connectorId === connectorId) return execution;
    left -= 1;
    if (left === 0) break;
  }
  return undefined;
}

function unlessNotFound<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
}

function failureOf(result: Promise<unknown>): Promise<unknown> {
  return result.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** @returns undefined where no worker answers in time */
async function queryProgress(
  client: Client,
  handle: { query: <Result>(name: string) => Promise<Result> },
): Promise<SyncProgress | undefined> {
  try {
    return await client.withDeadline(Date.now() + QUERY_MS, () => handle.query<SyncProgress>(PROGRESS_QUERY));
  } catch {
    return undefined;
  }
}
