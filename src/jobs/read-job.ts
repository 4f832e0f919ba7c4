import { type Client, WorkflowNotFoundError } from '@temporalio/client';

import { SyncFailure } from '../sync/failures';
import type { SyncProgress } from '../sync/progress';
import type { RelationReport } from '../sync/report';
import { PROGRESS_QUERY, type SyncWorkflow, syncWorkflowId } from '../sync/wire/workflow-names';
import { type ListedJob, toJob } from './list-jobs';
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

/**
 * The latest job of a connector, or the one of that run.
 * @throws SyncFailure `InvalidConfig` where there is none
 */
export async function readJob(client: Client, connectorId: string, runId?: string): Promise<JobDetails> {
  const handle = client.workflow.getHandle<SyncWorkflow>(syncWorkflowId(connectorId), runId);
  try {
    const description = await handle.describe();
    const job = toJob(description);
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
