import { setTimeout as sleep } from 'node:timers/promises';

import { runStatements } from '../test/support/run-statements';
import { type Bench, take } from './bench';
import { forgetIndex, runSync, startSync } from './run-sync';
import type { Figure, Sample } from './sample';
import { type BenchWorker, withWorkers } from './workers';

const FULL = { connectorId: 'orders', jobType: 'full' } as const;
const INCREMENTAL = { connectorId: 'orders', jobType: 'incremental' } as const;

/** Syncs of the orders table in the order of a user's life: the first, unchanged ones, small changes, a crash. */
export async function measureOrders(bench: Bench, ceiling: number | undefined): Promise<void> {
  const limit = ceiling === undefined ? {} : { ceiling };
  const first = await withWorkers(bench, 1, async (workers) => {
    const figure = await takeFirst(bench, workers, limit);
    await takeLater(bench, workers);
    return figure;
  });
  await takeCrash(bench, first);
  await takeLanes(bench, limit);
}

function takeFirst(bench: Bench, workers: readonly BenchWorker[], limit: { readonly ceiling?: number }) {
  const run = async () => {
    await forgetIndex(bench.stage, FULL.connectorId);
    return runSync(bench.stage, workers, FULL);
  };
  return take(bench, { id: 'c', what: 'first full sync', ...limit, run });
}

async function takeLater(bench: Bench, workers: readonly BenchWorker[]): Promise<void> {
  const { stage } = bench;
  const full = () => runSync(stage, workers, FULL);
  const incremental = () => runSync(stage, workers, INCREMENTAL);
  await full();
  await take(bench, { id: 'd', what: 'full sync, nothing changed', run: full });
  await take(bench, { id: 'e', what: 'incremental sync, nothing changed', run: incremental });
  await take(bench, {
    id: 'f',
    what: 'incremental sync, 1% of the rows updated',
    run: async (attempt) => {
      await change(bench, `update orders set status = 'changed', total = total + 1 where id % 100 = ${attempt}`);
      return incremental();
    },
  });
  await take(bench, {
    id: 'g',
    what: 'full sync, 1% of the rows deleted',
    run: async (attempt) => {
      await change(bench, `delete from orders where id % 100 = ${50 + attempt}`);
      return full();
    },
  });
}

function change({ stage }: Bench, statement: string): Promise<void> {
  return runStatements(stage.database, [statement]);
}

/**
 * (h) Kills the worker when half of the time is over that the sync takes; another is started at once. Undisturbed syncs
 * take turns with them: a machine whose speed drifts in the minutes since (c) would look like the cost of a crash.
 */
async function takeCrash(bench: Bench, first: Figure | undefined): Promise<void> {
  if (first === undefined) return;
  const undisturbed: Sample[] = [];
  await withWorkers(bench, 1, async (workers) => {
    const run = async (): Promise<Sample> => {
      await forgetIndex(bench.stage, FULL.connectorId);
      const beside = await runSync(bench.stage, workers, FULL);
      undisturbed.push(beside);
      await forgetIndex(bench.stage, FULL.connectorId);
      const started = performance.now();
      const handle = await startSync(bench.stage, FULL);
      await sleep((beside.seconds / 2) * 1_000);
      for (const worker of workers) {
        await worker.kill();
        await worker.start();
      }
      await handle.result();
      return { seconds: (performance.now() - started) / 1_000, documents: first.median.documents };
    };
    const crashed = await take(bench, { id: 'h', what: 'first full sync, its worker killed half-way', run });
    if (crashed === undefined) return;
    const turns = undisturbed.values();
    await take(
      { ...bench, only: [] },
      {
        id: 'h-',
        what: 'first full sync, undisturbed, in turns with (h)',
        run: () => Promise.resolve(turns.next().value ?? first.median),
      },
    );
  });
}

/** (i) Other numbers of partitions at a time than the two of (c), and two workers. */
async function takeLanes(bench: Bench, limit: { readonly ceiling?: number }): Promise<void> {
  const first = (workers: readonly BenchWorker[], connectorId: string) => async () => {
    await forgetIndex(bench.stage, connectorId);
    return runSync(bench.stage, workers, { connectorId, jobType: 'full' });
  };
  await withWorkers(bench, 1, async (workers) => {
    for (const lanes of [1, 4]) {
      const run = first(workers, `orders-${lanes}`);
      await take(bench, { id: `i${lanes}`, what: `first full sync, ${lanes} partitions at a time`, ...limit, run });
    }
  });
  await withWorkers(bench, 2, async (workers) => {
    await take(bench, {
      id: 'i×2',
      what: 'first full sync, two workers',
      ...limit,
      run: first(workers, FULL.connectorId),
    });
  });
}
