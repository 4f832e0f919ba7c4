import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';

import { SyncFailure } from '../../sync/failures';
import { PAUSE_SIGNAL, RESUME_SIGNAL, syncWorkflowId } from '../../sync/wire/workflow-names';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';
import { type TemporalSession, withTemporal } from '../session/with-temporal';

/** Verbs of `pgferry jobs` for a running job. */
export type JobVerb = 'cancel' | 'pause' | 'resume';

/** Milliseconds that a cancelled job gets to stop before the command stops waiting for it. */
const CANCEL_MS = 10_000;
const LOOK_MS = 200;
const CANCELLING = 'cancelling';

/** `pgferry jobs cancel|pause|resume` */
export function controlJob(verb: JobVerb, id: string | undefined, options: ConfigurationOptions): Promise<void> {
  return withTemporal(options, (session) => controlLatest(session, id, verb));
}

async function controlLatest(
  { client, settings, terminal }: TemporalSession,
  id: string | undefined,
  verb: JobVerb,
): Promise<void> {
  const connectorId = id ?? selectConnector(settings, id);
  const handle = client.workflow.getHandle(syncWorkflowId(connectorId));
  const status = await control(handle, verb).catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new SyncFailure(
      'InvalidConfig',
      `no sync of ${connectorId} is running`,
      '`pgferry jobs list` shows its jobs.',
    );
  });
  const more = status === CANCELLING ? ', as soon as a worker takes it up: `pgferry worker` starts one' : '';
  terminal.result(
    { connector_id: connectorId, action: verb, status },
    () => `sync of ${connectorId}: ${status}${more}`,
  );
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
