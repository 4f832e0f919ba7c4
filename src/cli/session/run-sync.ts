import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

import type { Settings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';
import type { SyncInput } from '../../sync/job';
import { connectTemporal } from '../../temporal/connect-temporal';
import type { RunningWorker } from '../../worker/start-worker';
import { EXIT, exitCodeOf } from '../output/exit-codes';
import { outageNotice } from '../output/outage-notice';
import { renderReport, reportDocument } from '../output/render-report';
import { type Terminal, yellow } from '../output/terminal';
import { lacksWorker } from './attendance';
import { catchInterrupts } from './catch-interrupts';
import { followToEnd } from './follow-to-end';
import { leaveConnection } from './leave-connection';
import { ensureWorker, readOtherDefinition, type StartedSync, startSync, type SyncOrigin } from './start-sync';

/** Milliseconds that a worker of an interrupted command gets to hand its work back. */
const LAST_MS = 1_000;

/** Options of {@link runSync}. */
interface RunOptions {
  /**
   * Start it only.
   * @default false
   */
  readonly detach?: boolean;
  /** Absolute path of the file that the settings are of. */
  readonly file?: string;
}

/**
 * Starts a sync and follows it to its end.
 * @returns the exit code
 */
export async function runSync(
  settings: Settings,
  input: SyncInput,
  terminal: Terminal,
  { detach = false, file }: RunOptions = {},
): Promise<number> {
  // From the first moment on: a sync that was started must not be left behind unsaid.
  const interruption = catchInterrupts();
  try {
    const { signal } = interruption;
    const origin = { settings, file, onOutage: outageNotice(terminal), signal };
    return await connectAndFollow(origin, input, terminal, detach);
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    const ending = { status: 'failed', failure: error } as const;
    terminal.result(reportDocument(input, ending), () => renderReport(input, ending));
    return exitCodeOf(error);
  } finally {
    interruption.release();
  }
}

async function connectAndFollow(
  origin: SyncOrigin,
  input: SyncInput,
  terminal: Terminal,
  detach: boolean,
): Promise<number> {
  const client = await connectTemporal(origin.settings.temporal);
  try {
    return await startAndFollow(client, origin, input, terminal, detach);
  } finally {
    await leaveConnection(client.connection, origin.signal);
  }
}

async function startAndFollow(
  client: Client,
  origin: SyncOrigin,
  input: SyncInput,
  terminal: Terminal,
  detach: boolean,
): Promise<number> {
  const { signal, onOutage } = origin;
  if (signal.aborted) return EXIT.interrupted;
  const started = await startSync(client, origin, input);
  announce(started, input, terminal);
  if (detach) {
    if (await lacksWorker(started.handle, onOutage, signal)) {
      terminal.say(`${yellow('note')} no worker takes it up: \`pgferry worker\` starts one`);
    }
    terminal.result({ connector_id: input.connectorId, workflow_id: started.handle.workflowId }, () => 'started');
    return EXIT.done;
  }
  const leaving = new AbortController();
  // Both at once: whoever interrupts the command must not wait for a worker to start.
  const watched = { ...origin, signal: AbortSignal.any([signal, leaving.signal]) };
  const worker = ensureWorker(started.handle, watched, input).catch((error: unknown) => {
    if (!watched.signal.aborted) throw error;
    return undefined;
  });
  const followed = { ...input, jobType: started.jobType ?? input.jobType };
  const following = followToEnd(started, followed, terminal, signal);
  const failed = worker.then(() => following);
  try {
    const code = await Promise.race([following, failed]);
    await noteOtherDefinition(started, origin, input, terminal);
    return code;
  } finally {
    leaving.abort();
    await stopWorker(worker, signal);
  }
}

/** Whichever worker took the sync up synced it as its own file says. */
async function noteOtherDefinition(
  { handle }: StartedSync,
  { settings, signal }: SyncOrigin,
  { connectorId }: SyncInput,
  terminal: Terminal,
): Promise<void> {
  if (signal.aborted) return;
  const other = await readOtherDefinition(handle, settings, connectorId).catch(() => undefined);
  if (other === undefined) return;
  terminal.say(
    `${yellow('note')} ${connectorId} was synced under another definition than this file's: that of ${other}`,
  );
}

async function stopWorker(worker: Promise<RunningWorker | undefined>, signal: AbortSignal): Promise<void> {
  const stopped = worker.then((running) => running?.stop());
  stopped.catch(() => undefined);
  await (signal.aborted ? Promise.race([stopped, sleep(LAST_MS)]) : stopped);
}

function announce({ handle, isNew, jobType }: StartedSync, { connectorId }: SyncInput, terminal: Terminal): void {
  const sync = `${jobType === undefined ? '' : `${jobType} `}sync of ${connectorId}`;
  if (isNew) terminal.say(`${sync} (workflow ${handle.workflowId})`);
  else terminal.say(`${yellow('note')} a ${sync} is running already: following that one`);
}
