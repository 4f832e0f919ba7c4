import { type Client, type ScheduleDescription, WorkflowNotFoundError } from '@temporalio/client';

import type { ScheduledSyncResult } from '../sync/job';
import type { ScheduledWorkflow } from '../sync/wire/workflow-names';

/** Result of the last start of a schedule. */
export interface LastRun {
  readonly startedAt: Date;
  /** `running`, `completed`, `skipped`, `failed`, `cancelled`, …; `forgotten` beyond the namespace's retention. */
  readonly status: string;
  readonly result?: ScheduledSyncResult;
}

/** @returns undefined before the first start */
export async function findLastRun(client: Client, { info }: ScheduleDescription): Promise<LastRun | undefined> {
  const last = info.recentActions.at(-1);
  if (last === undefined) return undefined;
  const startedAt = last.takenAt;
  const { workflowId, firstExecutionRunId } = last.action.workflow;
  const handle = client.workflow.getHandle<ScheduledWorkflow>(workflowId, firstExecutionRunId);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'COMPLETED') return { startedAt, status: status.name.toLowerCase() };
    const result = await handle.result();
    return { startedAt, status: result.status, result };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { startedAt, status: 'forgotten' };
    throw error;
  }
}
