import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Elasticsearch } from '@elastic/elasticsearch';

import { beginStream, stopStream } from '../../src/jobs/control-stream';
import { findStream } from '../../src/jobs/find-stream';
import { eventually } from '../../test/support/eventually';
import { runStatements } from '../../test/support/run-statements';
import type { Bench } from '../bench';
import { FOLLOWED } from '../data-sets';
import { watchProcesses } from '../process-use';
import { forgetIndex, runSync } from '../run-sync';
import { rateOf } from '../sample';
import { TASK_QUEUE } from '../stage';
import { type BenchWorker, withWorkers } from '../workers';
import { type FollowFigure, MARKS, SECONDS, toDelays } from './follow-figure';
import { measurePgsyncFollowing } from './measure-pgsync';
import { estimateDelays, readHistogram } from './read-delays';
import { watchFound } from './watch-found';
import { watchWal } from './watch-wal';
import { writeAsFound, writeChanges } from './write-changes';

/** What `--only` calls it. */
export const FOLLOW = 'follow';

/** Rows a second that are offered. */
const OFFERED = [100, 500, 1_000, 5_000] as const;
/** Changes that may wait to be found while as much is written as is found. */
const MOST_WAITING = 40_000;
/** For how long it is watched while nobody writes; after as long, when what came before is through. */
const IDLE_SECONDS = 40;
const LETS_GO_SECONDS = 40;
const LONGEST_MS = 120_000;

/** Follows changes at several rates; every figure is of one run. */
export async function measureFollow(bench: Bench, withPeers: boolean): Promise<void> {
  if (bench.only.length > 0 && !bench.only.includes(FOLLOW)) return;
  const { stage, follow, say } = bench;
  const { name, rows } = FOLLOWED;
  say(`making ${rows} rows whose changes are followed …`);
  await runStatements(stage.database, [...FOLLOWED.create(rows), 'vacuum analyze']);
  const elasticsearch = new Elasticsearch({ node: stage.elasticsearch });
  try {
    await withWorkers(bench, 1, async ([worker]) => {
      if (worker === undefined) return;
      for (let run = 0; run < 2; run += 1) {
        await forgetIndex(stage, name);
        const sample = await runSync(stage, [worker], { connectorId: name, jobType: 'full' });
        follow.full = { rate: rateOf(sample), peakMemory: sample.peakMemory ?? NaN };
      }
      await beginStream(stage.temporal, TASK_QUEUE, name);
      await eventually('changes are followed', async () => {
        const { state, stream } = (await findStream(stage.temporal, name)) ?? {};
        return state?.phase === 'following' && stream?.doing === 'reading changes';
      });
      await measureIdle(bench, worker);
      const measured = { bench, worker, elasticsearch };
      for (const rowsPerSecond of OFFERED) await keep(bench, await measureRate(measured, rowsPerSecond));
      await keep(bench, await measureSustained(measured));
      await stopStream(stage.temporal, name);
    });
    await forgetIndex(stage, name);
    if (withPeers) await measurePgsyncFollowing(bench, elasticsearch);
  } finally {
    await elasticsearch.close();
  }
}

interface Measured {
  readonly bench: Bench;
  readonly worker: BenchWorker;
  readonly elasticsearch: Elasticsearch;
}

async function keep({ follow, say }: Bench, figure: FollowFigure): Promise<void> {
  follow.figures.push(figure);
  const { found, acknowledged } = figure;
  const tell = (what: string, delays: typeof found) =>
    delays === undefined ? '' : `, ${what} after ${Math.round(delays.p50)} / ${Math.round(delays.p99)} ms`;
  say(
    `${figure.id}: ${figure.what}: ${Math.round(figure.rate)} rows/s` +
      `${tell('acknowledged', acknowledged)}${tell('found', found)}`,
  );
  // What waits for the next merge or checkpoint is not of the next figure.
  await sleep(2_000);
}

/** Nobody writes; then somebody writes much that is not published. */
async function measureIdle({ stage, follow, say }: Bench, worker: BenchWorker): Promise<void> {
  // After a full sync the engine compiles and collects for a while.
  await sleep(IDLE_SECONDS * 1_000);
  const stopWatching = await watchProcesses(pidsOf(worker));
  await sleep(IDLE_SECONDS * 1_000);
  follow.idleCpu = (await stopWatching()).cpuSeconds / IDLE_SECONDS;
  await runStatements(stage.database, ['create table unheard (text text)']);
  for (let megabytes = 0; megabytes < 30; megabytes += 1) {
    await runStatements(stage.database, [`insert into unheard select repeat('x', 1000) from generate_series(1, 1000)`]);
  }
  // The server notes every 15 s which transactions run, or 25 s where it has little to do: only then does it let go of WAL.
  await sleep(LETS_GO_SECONDS * 1_000);
  const stopWal = await watchWal(stage.database);
  await sleep(1_000);
  follow.idleWal = await stopWal();
  await runStatements(stage.database, ['drop table unheard']);
  say(
    `idle: ${(follow.idleCpu * 100).toFixed(2)}% of a core, ${follow.idleWal} bytes of WAL kept after 30 MB of others`,
  );
}

async function measureRate({ bench, worker, elasticsearch }: Measured, offered: number): Promise<FollowFigure> {
  const { stage, follow } = bench;
  const base = (follow.figures.length + 1) * MARKS;
  const watch = watchFound(elasticsearch, `bench-${FOLLOWED.name}`, base);
  const used = await watchWorker(worker, stage.database);
  const started = performance.now();
  const { committedAt } = await writeChanges(stage.database, { base, rowsPerSecond: offered, seconds: SECONDS });
  await watch.until(committedAt.length, LONGEST_MS);
  const use = await used(committedAt.length);
  await watch.stop();
  const foundAt = watch.foundAt();
  return {
    ...use,
    id: `follow-${offered}`,
    what: `${offered.toLocaleString('en-US')} rows a second`,
    rate: (committedAt.length / ((foundAt.at(-1) ?? NaN) - started)) * 1_000,
    found: toDelays(committedAt.map((at, row) => (foundAt[row] ?? NaN) - at)),
  };
}

/** As much is written as is found: the fastest that it keeps up with. */
async function measureSustained({ bench, worker, elasticsearch }: Measured): Promise<FollowFigure> {
  const { stage, follow } = bench;
  const base = (follow.figures.length + 1) * MARKS;
  const { rows } = FOLLOWED;
  const watch = watchFound(elasticsearch, `bench-${FOLLOWED.name}`, base);
  const used = await watchWorker(worker, stage.database);
  const started = performance.now();
  const mayWrite = (written: number) => written - watch.found() < MOST_WAITING;
  await writeAsFound(stage.database, { base, rows, mayWrite });
  await watch.until(rows, LONGEST_MS);
  const seconds = (performance.now() - started) / 1_000;
  const use = await used(rows);
  await watch.stop();
  return { ...use, id: 'follow-most', what: 'as many as it keeps up with', rate: rows / seconds };
}

/** Watches the worker until the returned function is called with the number of rows that changed meanwhile. */
async function watchWorker(worker: BenchWorker, database: string) {
  const before = readHistogram(await worker.metrics());
  const stopWatching = await watchProcesses(pidsOf(worker));
  const stopWal = await watchWal(database);
  return async (rows: number): Promise<Omit<FollowFigure, 'id' | 'what' | 'rate'>> => {
    const { cpuSeconds, peakMemory } = await stopWatching();
    return {
      acknowledged: estimateDelays(before, readHistogram(await worker.metrics())),
      cpuSeconds: cpuSeconds / rows,
      peakMemory,
      keptWal: await stopWal(),
    };
  };
}

function pidsOf(worker: BenchWorker): number[] {
  const pid = worker.pid();
  return pid === undefined ? [] : [pid];
}
