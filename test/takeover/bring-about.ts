import { BLOCKS_PER_CHUNK } from '../../src/activities/copy/cut-chunks';
import { runCommand } from '../support/command-line';
import { eventually } from '../support/eventually';
import type { ShownJob } from '../support/held-connector';
import { startWorkerProcess } from '../support/worker-process';
import { QUIET } from './market';
import { listWorkflows } from './temporal-state';
import { ask, listSchedules } from './user-state';

/** Of the connectors that are in the middle of copying. */
export type RunningJobs = Readonly<Record<'ledger' | 'visits', ShownJob>>;

type Run = (...args: readonly string[]) => Promise<void>;

/**
 * Does what a user does, by the command line, until everything that the fixtures are about is there: synced indices,
 * schedules, a sync that is paused, a rebuild whose worker was killed, a scheduled sync that waits for the rebuild.
 *
 * @returns what `pgferry jobs show --json` said of those that run, before the worker was killed
 */
export async function bringAbout(
  file: string,
  changeSource: () => Promise<unknown>,
  say: (line: string) => void,
): Promise<RunningJobs> {
  const run: Run = async (...args) => {
    say(`pgferry ${args.join(' ')}`);
    const { code, stderr } = await runCommand([...args, '-c', file]);
    if (code !== 0) throw new Error(`pgferry ${args.join(' ')} ended with ${String(code)}:\n${stderr}`);
  };
  const worker = await startWorkerProcess(file);
  try {
    for (const connector of [...QUIET, 'ledger']) await run('sync', connector);
    await changeSource();
    for (const connector of QUIET) await run('sync', connector, '--incremental');
    await makeSchedules(file, run);
    await pauseSync(file, run);
    await holdRebuild(file, run);
    return { ledger: await showJob(file, 'ledger'), visits: await showJob(file, 'visits') };
  } finally {
    say('killing the worker');
    worker.child.kill('SIGKILL');
    await worker.finished;
  }
}

async function makeSchedules(file: string, run: Run): Promise<void> {
  await run('schedule', 'apply');
  await eventually('all are listed', async () => (await listSchedules(file)).length === 4);
  await run('schedule', 'pause', 'people', '--note', 'moving house');
  await run('schedule', 'trigger', 'tickets', '--incremental');
  await eventually('the sync that it starts has completed', async () => {
    const schedules = await listSchedules(file);
    return schedules.some(({ last }) => last?.status === 'completed');
  });
}

async function pauseSync(file: string, run: Run): Promise<void> {
  await run('sync', 'visits', '--detach');
  await untilHeld(file, 'visits');
  await run('jobs', 'pause', 'visits');
  await eventually('nothing of it runs any more', async () => (await showJob(file, 'visits')).pending.length === 0);
}

async function holdRebuild(file: string, run: Run): Promise<void> {
  await run('sync', 'ledger', '--rebuild', '--detach');
  await untilHeld(file, 'ledger');
  await run('schedule', 'trigger', 'ledger', '--full');
  await eventually('the scheduled sync waits', async () =>
    (await listWorkflows()).some(
      ({ workflowId, pendingTimers }) => workflowId.startsWith('scheduled-ledger') && pendingTimers > 0,
    ),
  );
}

/** Waits until the first chunk is acknowledged and the second is not. */
async function untilHeld(file: string, connector: string): Promise<void> {
  await eventually('the first chunk is acknowledged', async () => {
    const { pending = [] } = (await showJob(file, connector)) as Partial<ShownJob>;
    return pending.some(({ checkpoint }) => (checkpoint?.block ?? 0) >= BLOCKS_PER_CHUNK.everything);
  });
}

function showJob(file: string, connector: string): Promise<ShownJob> {
  return ask<ShownJob>(file, 'jobs', 'show', connector);
}
