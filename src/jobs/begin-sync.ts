import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';

import type { SyncInput } from '../sync/job';
import { SYNC_WORKFLOW, type SyncWorkflow, syncWorkflowId } from '../sync/wire/workflow-names';

/** A sync that was begun, or found running. */
export interface BegunSync {
  readonly handle: WorkflowHandle<SyncWorkflow>;
  /** False when a sync of the connector was running already: then it is that one. */
  readonly isNew: boolean;
}

/** Starts a sync, unless the connector has one already. */
export async function beginSync(client: Client, taskQueue: string, input: SyncInput): Promise<BegunSync> {
  const workflowId = syncWorkflowId(input.connectorId);
  try {
    const handle = await client.workflow.start<SyncWorkflow>(SYNC_WORKFLOW, {
      args: [input],
      taskQueue,
      workflowId,
      staticSummary: `${input.jobType} sync of ${input.connectorId}`,
    });
    return { handle, isNew: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { handle: client.workflow.getHandle<SyncWorkflow>(workflowId), isNew: false };
  }
}
