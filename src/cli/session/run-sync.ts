import type { Client } from '@temporalio/client';

import type { Settings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';
import type { SyncInput } from '../../sync/job';
import { connectTemporal } from '../../temporal/connect-temporal';
import { EXIT, exitCodeOf } from '../output/exit-codes';
import { outageNotice } from '../output/outage-notice';
import { renderReport, reportDocument } from '../output/render-report';
import { type Terminal, yellow } from '../output/terminal';
import { lacksWorker } from './attendance';
import { catchInterrupts } from './catch-interrupts';
import { awaitEnd, followToEnd } from './follow-to-end';
import { leaveConnection } from './leave-connection';
import { readOtherDefinition, type StartedSync, startSync, type SyncOrigin } from './start-sync';
import { withWorker } from './with-worker';

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
  for (;;) {
    if (origin.signal.aborted) return EXIT.interrupted;
    const started = await startSync(client, origin, input);
    if (started.doesAsAsked)
      return detach ? leaveToWorkers(started, origin, input, terminal) : follow(started, origin, input, terminal);
    if (detach) throw runsAlready(started, input);
    terminal.say(`${yellow('note')} ${aSync(started, input)} is running already: this one begins when it has ended`);
    await withWorker(started.handle, origin, input, () => awaitEnd(started.handle, terminal, origin.signal));
  }
}

async function leaveToWorkers(
  started: StartedSync,
  { onOutage, signal }: SyncOrigin,
  input: SyncInput,
  terminal: Terminal,
): Promise<number> {
  announce(started, input, terminal);
  const { handle } = started;
  if (await lacksWorker(handle, onOutage, signal)) {
    terminal.say(`${yellow('note')} no worker takes it up: \`pgferry worker\` starts one`);
  }
  terminal.result({ connector_id: input.connectorId, workflow_id: handle.workflowId }, () => 'started');
  return EXIT.done;
}

async function follow(started: StartedSync, origin: SyncOrigin, input: SyncInput, terminal: Terminal): Promise<number> {
  announce(started, input, terminal);
  const followed = { ...input, jobType: started.jobType ?? input.jobType };
  return withWorker(started.handle, origin, input, async () => {
    const code = await followToEnd(started, followed, terminal, origin.signal);
    await noteOtherDefinition(started, origin, input, terminal);
    return code;
  });
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

function announce(started: StartedSync, input: SyncInput, terminal: Terminal): void {
  if (started.isNew) terminal.say(`${nameSync(started, input)} (workflow ${started.handle.workflowId})`);
  else terminal.say(`${yellow('note')} ${aSync(started, input)} is running already: following that one`);
}

function nameSync({ jobType }: StartedSync, { connectorId }: SyncInput): string {
  return `${jobType === undefined ? '' : `${jobType} `}sync of ${connectorId}`;
}

function aSync(started: StartedSync, input: SyncInput): string {
  return `${started.jobType === 'incremental' ? 'an' : 'a'} ${nameSync(started, input)}`;
}

function runsAlready(started: StartedSync, input: SyncInput): SyncFailure {
  return new SyncFailure(
    'SyncRunning',
    `Nothing was started: ${aSync(started, input)} is running already, which does not do what was asked for.`,
  );
}
