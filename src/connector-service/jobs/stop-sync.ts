import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';

import { syncWorkflowId } from '../../sync/wire/workflow-names';

/** Milliseconds for which the end of a sync that was asked to stop is waited for at a time. */
const STOP_MS = 10_000;

/** Asks a sync to stop, and no other one of its connector; asking again does nothing. */
export async function askToStop(client: Client, connectorId: string, firstExecutionRunId: string): Promise<void> {
  try {
    await client.workflow.getHandle(syncWorkflowId(connectorId), undefined, { firstExecutionRunId }).cancel();
  } catch (error) {
    // It has just ended.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/**
 * Waits for the end of a sync that was asked to stop, so that whoever asked sees it at once.
 * @returns false where it goes on all the same
 */
export async function hasStopped(client: Client, connectorId: string, firstRunId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(syncWorkflowId(connectorId), firstRunId);
  try {
    await client.withDeadline(Date.now() + STOP_MS, () => handle.result());
    return true;
  } catch (error) {
    return error instanceof WorkflowFailedError;
  }
}
