import { type Client, WorkflowNotFoundError } from '@temporalio/client';

import { readJob as readSync } from '../../jobs/read-job';
import { SyncFailure } from '../../sync/failures';
import type { RelationReport } from '../../sync/report';
import { syncWorkflowId } from '../../sync/wire/workflow-names';

/** The latest sync of a connector, as Temporal knows it. */
export interface LatestRun {
  /** `running`, `completed`, `failed`, `cancelled`, … */
  readonly status: string;
  readonly firstRunId: string;
  readonly runId: string;
  /** When it ended; absent: it runs. */
  readonly closedAt?: Date;
  /** The job's document that it was started for; absent: somebody else started it. */
  readonly syncJob?: string;
}

/** Key of the memo that a sync is started with for a job. */
export const JOB_MEMO = 'syncJob';

/** @returns undefined where Temporal knows of none */
export async function findLatestRun(
  client: Client,
  connectorId: string,
  runId?: string,
): Promise<LatestRun | undefined> {
  try {
    const description = await client.workflow.getHandle(syncWorkflowId(connectorId), runId).describe();
    const { status, memo, raw, closeTime } = description;
    const firstRunId = raw.workflowExecutionInfo?.firstRunId;
    const syncJob = memo?.[JOB_MEMO];
    return {
      status: status.name.toLowerCase(),
      runId: description.runId,
      firstRunId: firstRunId == null || firstRunId === '' ? description.runId : firstRunId,
      ...(closeTime === undefined ? {} : { closedAt: closeTime }),
      ...(typeof syncJob === 'string' ? { syncJob } : {}),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Progress of a sync, in the words of the protocol, and its failure where it has ended with one. */
export interface RunReport {
  /** Documents created or overwritten. */
  readonly indexed: number;
  /** Documents deleted. */
  readonly deleted: number;
  readonly bytes: number;
  readonly failure?: unknown;
}

/** @returns undefined where Temporal has forgotten it */
export async function readReport(client: Client, connectorId: string, runId: string): Promise<RunReport | undefined> {
  try {
    const { relations, error, memo } = await readSync(client, connectorId, runId);
    const sums = sum(relations);
    // Of a sync that ended the memo knows, also where no worker answers.
    const { indexed = sums.indexed, deleted = sums.deleted } = memo;
    return {
      ...sums,
      indexed: Math.max(indexed, sums.indexed),
      deleted: Math.max(deleted, sums.deleted),
      ...(error === undefined ? {} : { failure: error }),
    };
  } catch (error) {
    if (error instanceof SyncFailure) return undefined;
    throw error;
  }
}

function sum(relations: readonly RelationReport[]): Pick<RunReport, 'indexed' | 'deleted' | 'bytes'> {
  const add = (name: 'indexed' | 'deleted' | 'bytes') => relations.reduce((total, report) => total + report[name], 0);
  return { indexed: add('indexed'), deleted: add('deleted'), bytes: add('bytes') };
}
