import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';

import { SyncFailure } from '../sync/failures';
import { FOLLOW_WORKFLOW, type FollowWorkflow, followWorkflowId } from '../sync/wire/workflow-names';

/** Milliseconds that a stream gets to stop: its worker hears of it with the answer to its next heartbeat. */
const STOP_MS = 15_000;
const LOOK_MS = 200;

/** Starts following a connector, unless it is followed already. */
export async function beginStream(client: Client, taskQueue: string, connectorId: string): Promise<void> {
  await client.workflow.start<FollowWorkflow>(FOLLOW_WORKFLOW, {
    args: [{ connectorId }],
    taskQueue,
    workflowId: followWorkflowId(connectorId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `follows the changes of ${connectorId}`,
  });
}

/**
 * Stops following a connector.
 * @returns its status then: `stopped`, or `stopping` where no worker has taken that up
 * @throws SyncFailure `InvalidConfig` where it isn't followed
 */
export async function stopStream(client: Client, connectorId: string): Promise<'stopped' | 'stopping'> {
  const handle = client.workflow.getHandle(followWorkflowId(connectorId));
  const isRunning = async () => (await handle.describe()).status.name === 'RUNNING';
  try {
    if (!(await isRunning())) throw new WorkflowNotFoundError('', handle.workflowId, '');
    await handle.cancel();
    for (const deadline = Date.now() + STOP_MS; Date.now() < deadline;) {
      if (!(await isRunning())) return 'stopped';
      await sleep(LOOK_MS);
    }
    return 'stopping';
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new SyncFailure('InvalidConfig', `${connectorId} is not followed`, '`pgferry follow` starts it.');
  }
}
