import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';

import { hashDefinition } from '../../config/settings/hash-definition';
import type { Settings } from '../../config/settings/settings';
import { beginSync, type BegunSync } from '../../jobs/begin-sync';
import { doesAsAsked } from '../../jobs/does-as-asked';
import { readStartInput } from '../../jobs/read-start-input';
import { SyncFailure } from '../../sync/failures';
import type { JobType, SyncInput } from '../../sync/job';
import { describeWorker } from '../../sync/wire/worker-name';
import type { SyncWorkflow } from '../../sync/wire/workflow-names';
import { lacksWorker } from './attendance';

/** A sync that was started, or found running. */
export interface StartedSync extends BegunSync {
  /** Of the sync that runs; absent where it was started with something else than a sync takes. */
  readonly jobType?: JobType;
  /** False when a sync was found running that does less than was asked for. */
  readonly doesAsAsked: boolean;
}

/** Settings that a sync is started with, and the file that they are of. */
export interface SyncOrigin {
  readonly settings: Settings;
  /** Absolute path of the file that the settings are of; absent where they are of none. */
  readonly file?: string | undefined;
  readonly onOutage: () => void;
  readonly signal: AbortSignal;
}

/**
 * Starts a sync, unless the connector has one already.
 * @throws SyncFailure `OtherConfiguration` where that is one of another definition, which a worker attends to
 */
export async function startSync(client: Client, origin: SyncOrigin, input: SyncInput): Promise<StartedSync> {
  const { handle, isNew } = await beginSync(client, origin.settings.temporal.taskQueue, input);
  if (isNew) return { handle, isNew, jobType: input.jobType, doesAsAsked: true };
  await refuseOtherDefinition(handle, origin, input);
  const running = await readStartInput(handle);
  if (running === undefined) return { handle, isNew, doesAsAsked: false };
  return { handle, isNew, jobType: running.jobType, doesAsAsked: doesAsAsked(running, input) };
}

/**
 * A sync of another definition is not what was asked for. Where nobody attends to it any more it is followed all the
 * same: the worker that this command starts lets it be planned anew.
 */
async function refuseOtherDefinition(
  handle: WorkflowHandle<SyncWorkflow>,
  { settings, onOutage, signal }: SyncOrigin,
  { connectorId }: SyncInput,
): Promise<void> {
  const running = await readOtherDefinition(handle, settings, connectorId, Date.now() + DEFINED_MS);
  if (running === undefined || (await lacksWorker(handle, onOutage, signal))) return;
  throw new SyncFailure(
    'OtherConfiguration',
    `A sync of ${connectorId} is running already, under another definition than this file's: that of ${running}.`,
    `Wait for its end, or end it: \`pgferry jobs cancel ${connectorId}\`. Two files must not define one connector.`,
  );
}

/** Milliseconds that a sync which has just begun gets to note its definition. */
const DEFINED_MS = 2_000;
const LOOK_MS = 100;

/**
 * Reads the hash of a sync's definition, if it is not that of the settings.
 * @param deadline - until when a running sync that has not noted it may still do so
 * @returns undefined where it is the same or not known: 0.1.0 does not note it
 */
export async function readOtherDefinition(
  handle: WorkflowHandle<SyncWorkflow>,
  settings: Settings,
  connectorId: string,
  deadline = 0,
): Promise<string | undefined> {
  for (;;) {
    const { memo, raw } = await handle.describe();
    const definition = memo?.['definition'];
    if (definition !== undefined) {
      const connector = settings.connectors.find(({ id }) => id === connectorId);
      // Elasticsearch manages it: what the sync's job says is what holds.
      if (connector === undefined) return undefined;
      const own = hashDefinition(connector, settings.elasticsearch);
      const worker = memo?.['worker'];
      if (definition === own) return undefined;
      return typeof worker === 'string' ? describeWorker(worker) : 'another worker';
    }
    const pending = raw.pendingActivities ?? [];
    const mayCome = pending.every(({ activityType }) => activityType?.name === 'validateConnector');
    if (!mayCome || Date.now() >= deadline) return undefined;
    await sleep(LOOK_MS);
  }
}
