import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import type { JobType } from '../../src/sync/job';
import type { SyncPlan } from '../../src/sync/sync-plan';
import { fakeActivities, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';

/** The history of one run of a workflow. */
export interface RecordedRun {
  readonly workflowId: string;
  readonly history: History;
}

/** What a scenario has at hand. */
export interface Stage {
  readonly connectorId: string;
  readonly worker: TestWorker;
  readonly start: (jobType?: JobType) => Promise<WorkflowHandle>;
  /** Starts what a schedule starts. */
  readonly schedule: (jobType: JobType, waitMs: number) => Promise<WorkflowHandle>;
}

/**
 * Runs a scenario to the end of its workflow, over activities that do nothing, and fetches the history of each run.
 * @param plan - tables of the plan, or the plan
 */
export async function record(
  plan: readonly string[] | ((connectorId: string) => SyncPlan),
  replaced: Partial<SyncActivities>,
  play: (stage: Stage) => Promise<WorkflowHandle>,
): Promise<RecordedRun[]> {
  const connectorId = randomUUID().slice(0, 8);
  const planned = typeof plan === 'function' ? plan(connectorId) : planOf(connectorId, plan);
  const worker = await startTestWorker(fakeActivities(planned, replaced));
  try {
    const handle = await play({
      connectorId,
      worker,
      start: (jobType = 'full') => worker.start({ connectorId, jobType }),
      schedule: (jobType, waitMs) =>
        worker.client.workflow.start('scheduledSync', {
          args: [{ connectorId, jobType, waitMs }],
          taskQueue: worker.taskQueue,
          workflowId: `scheduled-${connectorId}`,
        }),
    });
    await handle.result().catch(() => undefined);
    return await fetchRuns(worker, handle);
  } finally {
    await worker.stop();
  }
}

async function fetchRuns({ client }: TestWorker, { workflowId, ...handle }: WorkflowHandle): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  let runId = 'firstExecutionRunId' in handle ? String(handle.firstExecutionRunId) : undefined;
  do {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ workflowId, history });
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  } while (runId !== undefined);
  return runs;
}

/** Work that goes on, the first time, until it is paused or cancelled; `begun` resolves when it has begun. */
export function createPatientCopy() {
  let onBegin = () => {};
  let isFirst = true;
  const begun = new Promise<void>((resolve) => (onBegin = resolve));
  const copy: SyncActivities['copyPartitions'] = async ({ resumeFrom }) => {
    if (!isFirst) return { finished: true, checkpoint: resumeFrom };
    isFirst = false;
    onBegin();
    const context = Context.current();
    const beat = setInterval(() => {
      context.heartbeat();
    }, 50);
    await context.cancelled.catch(() => undefined);
    clearInterval(beat);
    return { finished: false, checkpoint: { ...resumeFrom, block: 7 } };
  };
  return { begun, copy };
}
