import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';

import type { Settings } from '../../config/settings/settings';
import { createLogger } from '../../logging/create-logger';
import type { JobType, SyncInput } from '../../sync/job';
import { readSyncMemo, SYNC_WORKFLOW, type SyncWorkflow, syncWorkflowId } from '../../sync/wire/workflow-names';
import { throughOutages } from '../../temporal/through-outages';
import { installRuntime } from '../../worker/install-runtime';
import { type RunningWorker, startWorker } from '../../worker/start-worker';

/** A sync that was started, or found running. */
export interface StartedSync {
  readonly handle: WorkflowHandle<SyncWorkflow>;
  /** False when a sync of the connector was running already: then it is that one. */
  readonly isNew: boolean;
  /** Of the sync that runs; absent where it has not said so yet. */
  readonly jobType?: JobType;
}

/** Starts a sync, unless the connector has one already. */
export async function startSync(client: Client, settings: Settings, input: SyncInput): Promise<StartedSync> {
  const workflowId = syncWorkflowId(input.connectorId);
  const staticSummary = `${input.jobType} sync of ${input.connectorId}`;
  try {
    const handle = await client.workflow.start<SyncWorkflow>(SYNC_WORKFLOW, {
      args: [input],
      taskQueue: settings.temporal.taskQueue,
      workflowId,
      staticSummary,
    });
    return { handle, isNew: true, jobType: input.jobType };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = client.workflow.getHandle<SyncWorkflow>(workflowId);
    const { jobType } = readSyncMemo((await handle.describe()).memo);
    return { handle, isNew: false, ...(jobType === undefined ? {} : { jobType }) };
  }
}

/**
 * Makes sure that somebody executes a sync that was started: when no worker takes up its workflow task, one is started
 * in this process. (Temporal's list of pollers is no help: it names workers for minutes after they have died.)
 */
export async function ensureWorker(
  handle: WorkflowHandle<SyncWorkflow>,
  settings: Settings,
  onOutage: () => void,
  signal: AbortSignal,
): Promise<RunningWorker | undefined> {
  if (!(await lacksWorker(handle, onOutage, signal))) return undefined;
  installRuntime({ logger: createLogger({ level: 'error' }), tellsSyncs: false });
  return startWorker(settings);
}

/** Whether a sync waits for a worker in vain. */
export async function lacksWorker(
  handle: WorkflowHandle<SyncWorkflow>,
  onOutage: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!patience.aborted) {
    if (!(await throughOutages(() => isWaitingForWorker(handle), onOutage, signal))) return false;
    if (signal.aborted) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Milliseconds that a worker has to take a workflow task up. */
const PATIENCE_MS = 2_000;
const POLL_MS = 100;

async function isWaitingForWorker(handle: WorkflowHandle<SyncWorkflow>): Promise<boolean> {
  const { raw, status } = await handle.describe();
  const task = raw.pendingWorkflowTask;
  return status.name === 'RUNNING' && task != null && task.startedTime == null;
}
