import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';

import { createLogger } from '../../logging/create-logger';
import type { SyncInput } from '../../sync/job';
import type { SyncWorkflow } from '../../sync/wire/workflow-names';
import type { RunningWorker } from '../../worker/start-worker';
import { untilUnattended } from './attendance';
import { settingsOf } from './select-connector';
import type { SyncOrigin } from './start-sync';

/** Milliseconds that a worker of an interrupted command gets to hand its work back. */
const LAST_MS = 1_000;

/** Sees to it that somebody executes a sync for as long as it is waited for. */
export async function withWorker<Result>(
  handle: WorkflowHandle<SyncWorkflow>,
  origin: SyncOrigin,
  input: SyncInput,
  wait: () => Promise<Result>,
): Promise<Result> {
  const { signal } = origin;
  const leaving = new AbortController();
  // Both at once: whoever interrupts the command must not wait for a worker to start.
  const watched = { ...origin, signal: AbortSignal.any([signal, leaving.signal]) };
  const worker = ensureWorker(handle, watched, input).catch((error: unknown) => {
    if (!watched.signal.aborted) throw error;
    return undefined;
  });
  const waiting = wait();
  const failed = worker.then(() => waiting);
  try {
    return await Promise.race([waiting, failed]);
  } finally {
    leaving.abort();
    await stopWorker(worker, signal);
  }
}

/**
 * Makes sure that somebody executes a sync: when no worker that knows its connector attends to it, one is started in this
 * process, which knows that connector only.
 * @returns undefined when the sync has ended, or `signal` has fired, before one was needed
 */
async function ensureWorker(
  handle: WorkflowHandle<SyncWorkflow>,
  { settings, file, onOutage, signal }: SyncOrigin,
  { connectorId }: SyncInput,
): Promise<RunningWorker | undefined> {
  if (!(await untilUnattended(handle, onOutage, signal))) return undefined;
  // Here only: it takes a second, and code of this very platform.
  const [{ installRuntime }, { startWorker }] = await Promise.all([
    import('../../worker/install-runtime.js'),
    import('../../worker/start-worker.js'),
  ]);
  installRuntime({ logger: createLogger({ level: 'error' }), tellsSyncs: false });
  return startWorker(settingsOf(settings, connectorId), { file });
}

async function stopWorker(worker: Promise<RunningWorker | undefined>, signal: AbortSignal): Promise<void> {
  const stopped = worker.then((running) => running?.stop());
  stopped.catch(() => undefined);
  await (signal.aborted ? Promise.race([stopped, sleep(LAST_MS)]) : stopped);
}
