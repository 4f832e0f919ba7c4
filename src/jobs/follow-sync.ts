import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';

import type { SyncProgress } from '../sync/progress';
import type { SyncReport, SyncTotals } from '../sync/report';
import { PROGRESS_QUERY, readSyncMemo, type SyncWorkflow } from '../sync/wire/workflow-names';
import { throughOutages } from '../temporal/through-outages';
import { readEnding } from './read-ending';
import { addPendingReports, type PendingWork, readPendingWork } from './read-pending-work';
import type { SyncEnding } from './sync-ending';

const PROGRESS_MS = 500;

/** Listener to the progress of a sync. */
export interface SyncFollower {
  readonly show: (progress: SyncProgress) => void;
  /** Temporal can't be reached: nothing is shown until it can. */
  readonly onOutage: () => void;
  /** Hears what the sync is at: what that waits for, and what it failed of before. */
  readonly onPending?: (pending: readonly PendingWork[]) => void;
}

/**
 * Follows a sync to its end, whatever becomes of Temporal meanwhile, and shows how far it is.
 * @param signal - ends it sooner; it rejects then
 */
export async function followSync(
  handle: WorkflowHandle<SyncWorkflow>,
  follower: SyncFollower,
  signal: AbortSignal,
): Promise<SyncReport | SyncEnding> {
  const { client } = handle;
  // Of one follower, as are the calls that it makes: when it ends none must be left, or the client would try it again
  // on a connection that is closed by then.
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const any = AbortSignal.any([signal, leaving.signal]);
  setMaxListeners(0, any);
  try {
    const ask = () => client.withAbortSignal(any, () => handle.result());
    const result = throughOutages(ask, follower.onOutage, any).catch((error: unknown) => readEnding(error));
    return await showUntil(result, handle, follower, any);
  } finally {
    leaving.abort();
  }
}

async function showUntil(
  result: Promise<SyncReport | SyncEnding>,
  handle: WorkflowHandle<SyncWorkflow>,
  { show, onPending }: SyncFollower,
  signal: AbortSignal,
): Promise<SyncReport | SyncEnding> {
  let ending: SyncReport | SyncEnding | undefined;
  while (ending === undefined) {
    signal.throwIfAborted();
    // Between two workflow tasks, or while no worker is there, the query has no answer: the next one will.
    const query = askProgress(handle, onPending);
    const progress = await Promise.race([result.then(() => undefined), query.progress]);
    query.abort();
    if (progress !== undefined) show(progress);
    ending = await Promise.race([result, sleep(PROGRESS_MS, undefined, { ref: false })]);
  }
  return 'relations' in ending ? ending : { ...ending, reached: await readReached(handle) };
}

function askProgress(handle: WorkflowHandle<SyncWorkflow>, onPending: SyncFollower['onPending']) {
  const controller = new AbortController();
  const askPending = async () => {
    const pending = await readPendingWork(await handle.describe(), handle.client.options.loadedDataConverter);
    onPending?.(pending);
    return pending;
  };
  const ask = async (): Promise<SyncProgress> => {
    // The workflow learns of a partition when it is done; until then its rows are in its heartbeats.
    const [progress, pending] = await Promise.all([handle.query<SyncProgress>(PROGRESS_QUERY), askPending()]);
    return { ...progress, relations: addPendingReports(progress.relations, pending) };
  };
  return {
    progress: handle.client.withAbortSignal(controller.signal, ask).catch(() => undefined),
    abort: () => {
      controller.abort();
    },
  };
}

/** Reads the totals that a sync noted of itself when it did not complete. */
async function readReached(handle: WorkflowHandle<SyncWorkflow>): Promise<SyncTotals> {
  const { memo } = await handle.describe();
  const { indexed = 0, unchanged = 0, deleted = 0, rejected = 0, dropped = 0, omitted = 0 } = readSyncMemo(memo);
  return { indexed, unchanged, deleted, rejected, dropped, omitted };
}
