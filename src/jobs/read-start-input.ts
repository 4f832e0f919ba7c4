import type { WorkflowHandle } from '@temporalio/client';

import { decodePayload } from '../payloads/decode-payload';
import type { SyncInput } from '../sync/job';
import { readSyncInput } from '../sync/wire/sync-input';
import type { SyncWorkflow } from '../sync/wire/workflow-names';

/**
 * Reads what a sync was started with, whoever started it.
 * @returns undefined where it is nothing that a sync can be started with
 */
export async function readStartInput(handle: WorkflowHandle<SyncWorkflow>): Promise<SyncInput | undefined> {
  const { namespace, loadedDataConverter } = handle.client.options;
  const { history } = await handle.client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId: handle.workflowId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (payload == null) return undefined;
  const given = readSyncInput(await decodePayload(loadedDataConverter, payload));
  return 'input' in given ? given.input : undefined;
}
