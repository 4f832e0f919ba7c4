import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

import type { Settings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';
import type { SyncInput } from '../../sync/job';
import { connectTemporal } from '../../temporal/connect-temporal';
import type { RunningWorker } from '../../worker/start-worker';
import { EXIT, exitCodeOf } from '../output/exit-codes';
import { renderReport, reportDocument } from '../output/render-report';
import { type Terminal, yellow } from '../output/terminal';
import { catchInterrupts } from './catch-interrupts';
import { followToEnd, outageNotice } from './follow-to-end';
import { leaveConnection } from './leave-connection';
import { ensureWorker, lacksWorker, type StartedSync, startSync } from './start-sync';

/** Starts a sync and follows it to its end. @returns the exit code */
export async function runSync(
  settings: Settings,
  input: SyncInput,
  terminal: Terminal,
  detach = false,
): Promise<number> {
  // From the first moment on: a sync that was started must not be left behind unsaid.
  const interruption = catchInterrupts();
  try {
    const { signal } = interruption;
    return await withClient(settings, signal, (client) =>
      startAndFollow(client, settings, input, terminal, { detach, signal }),
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

async function withClient<Result>(
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
  settings: Settings,
  input: SyncInput,
  terminal: Terminal,
  { detach, signal }: { readonly detach: boolean; readonly signal: AbortSignal },
): Promise<number> {
  if (signal.aborted) return EXIT.interrupted;
  const started = await startSync(client, settings, input);
  announce(started, input, terminal);
  const onOutage = outageNotice(terminal);
  if (detach) {
    if (await lacksWorker(started.handle, onOutage, signal)) {
      terminal.say(`${yellow('note')} no worker takes it up: \`pgferry worker\` starts one`);
    }
    terminal.result({ connector_id: input.connectorId, workflow_id: started.handle.workflowId }, () => 'started');
    return EXIT.done;
  }
  // Both at once: whoever interrupts the command must not wait for a worker to start.
  const worker = ensureWorker(started.handle, settings, onOutage, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  const followed = { ...input, jobType: started.jobType ?? input.jobType };
  const following = followToEnd(started, followed, terminal, signal);
  const failed = worker.then(() => following);
  try {
    return await Promise.race([following, failed]);
  } finally {
    await stopWorker(worker, signal);
  }
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
