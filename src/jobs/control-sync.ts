import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';

import { SyncFailure } from '../sync/failures';
import { PAUSE_SIGNAL, RESUME_SIGNAL, syncWorkflowId } from '../sync/wire/workflow-names';

/** What a running sync can be told. */
export const JOB_VERBS = ['pause', 'resume', 'cancel'] as const;
export type JobVerb = (typeof JOB_VERBS)[number];

/** Milliseconds that a cancelled sync gets to stop before nobody waits for it any longer. */
const CANCEL_MS = 10_000;
const LOOK_MS = 200;

/** The status of a sync that was told to stop, and has not yet: no worker has taken it up. */
export const CANCELLING = 'cancelling';

/**
 * Tells the running sync of a connector to pause, to go on, or to stop.
 * @returns its status then: `paused`, `resumed`, `cancelled`, {@link CANCELLING}, or another in which it ended meanwhile
 * @throws SyncFailure `InvalidConfig` where none is running
 */
export async function controlSync(client: Client, connectorId: string, verb: JobVerb): Promise<string> {
  try {
    return await control(client.workflow.getHandle(syncWorkflowId(connectorId)), verb);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new SyncFailure(
      'InvalidConfig',
      `no sync of ${connectorId} is running`,
      '`pgferry jobs list` shows its jobs.',
    );
  }
}

async function control(handle: WorkflowHandle, verb: JobVerb): Promise<string> {
  // Temporal takes a request to cancel a workflow that has ended, and does nothing.
  if ((await handle.describe()).status.name !== 'RUNNING') throw new WorkflowNotFoundError('', handle.workflowId, '');
  if (verb !== 'cancel') {
    await handle.signal(verb === 'pause' ? PAUSE_SIGNAL : RESUME_SIGNAL);
    return verb === 'pause' ? 'paused' : 'resumed';
  }
  await handle.cancel();
  for (const deadline = Date.now() + CANCEL_MS; Date.now() < deadline;) {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return status.name.toLowerCase();
    await sleep(LOOK_MS);
  }
  return CANCELLING;
}
