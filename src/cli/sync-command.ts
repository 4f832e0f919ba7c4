import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type Command, Option } from 'commander';

import { findConnector } from '../config/settings/find-connector';
import type { Settings } from '../config/settings/settings';
import { SyncFailure } from '../sync/failures';
import type { SyncInput, SyncOptions } from '../sync/job';
import { connectTemporal } from '../temporal/connect-temporal';
import type { RunningWorker } from '../worker/start-worker';
import { configuredCommand } from './configured-command';
import { EXIT, exitCodeOf } from './output/exit-codes';
import { renderReport, reportDocument } from './output/render-report';
import { createTerminal, type Terminal, yellow } from './output/terminal';
import { lacksWorker } from './session/attendance';
import { catchInterrupts } from './session/catch-interrupts';
import { followToEnd, outageNotice } from './session/follow-to-end';
import { leaveConnection } from './session/leave-connection';
import { type ConfigurationOptions, loadConfiguration } from './session/load-command-settings';
import { ensureWorker, readOtherDefinition, type StartedSync, startSync, type SyncOrigin } from './session/start-sync';

interface SyncCommandOptions extends ConfigurationOptions {
  readonly full?: true;
  readonly incremental?: true;
  readonly rebuild?: true;
  readonly forget?: readonly string[];
  readonly allowMassDelete?: true;
  readonly detach?: true;
}

/** `pgferry sync`: runs one sync and follows it. */
export function syncCommand(): Command {
  return configuredCommand('sync', 'run a sync of a connector and follow it')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--full', 'compare everything (default)')
    .addOption(new Option('--incremental', 'read only what changed since the last sync').conflicts(['full', 'rebuild']))
    .option('--rebuild', 'copy everything into a new index, then swap the alias')
    .option('--forget <relation...>', 'delete the documents of relations that are gone from the source')
    .option('--allow-mass-delete', 'delete stale documents beyond max_delete_ratio')
    .option('--detach', 'start it and leave it to the workers')
    .action(async (id: string | undefined, options: SyncCommandOptions) => {
      const terminal = createTerminal(options.json === true);
      const { settings, file } = await loadConfiguration(options, terminal);
      const input = readInput(findConnector(settings, id).id, options);
      process.exitCode = await runSync(settings, input, terminal, { detach: options.detach === true, file });
    });
}

function readInput(connectorId: string, options: SyncCommandOptions): SyncInput {
  const syncOptions: SyncOptions = {
    ...(options.rebuild === true ? { rebuild: true } : {}),
    ...(options.allowMassDelete === true ? { allowMassDelete: true } : {}),
    ...(options.forget === undefined ? {} : { forget: options.forget }),
  };
  return {
    connectorId,
    jobType: options.incremental === true ? 'incremental' : 'full',
    trigger: 'manual',
    options: syncOptions,
  };
}

interface RunOptions {
  /** Start it only. @default false */
  readonly detach?: boolean;
  /** Absolute path of the file that the settings are of. */
  readonly file?: string;
}

/** Starts a sync and follows it to its end. @returns the exit code */
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
    return await withTemporal(settings, signal, (client) =>
      startAndFollow(client, { settings, file, onOutage: outageNotice(terminal), signal }, input, terminal, detach),
    );
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    const ending = { status: 'failed', failure: error } as const;
    terminal.result(reportDocument(input, ending), () => renderReport(input, ending));
    return exitCodeOf(error);
  } finally {
    interruption.release();
  }
}

async function withTemporal<Result>(
  settings: Settings,
  signal: AbortSignal,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connectTemporal(settings.temporal);
  try {
    return await work(client);
  } finally {
    await leaveConnection(client.connection, signal);
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

/** Milliseconds that a worker of an interrupted command gets to hand its work back. */
const LAST_MS = 1_000;

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
