import { Client } from 'pg';

import { runStatements } from '../test/support/run-statements';
import { type Bench, take } from './bench';
import { readAll } from './ceilings';
import { estimateCeiling } from './measure-ceilings';
import { CHILDREN, CLUSTERED, type NestedSet, PARENTS_PER_MILLION, pgsyncTreeOf, SCATTERED } from './nested-sets';
import { syncByPgsync } from './peers';
import { forgetIndex, runSync } from './run-sync';
import { type BenchWorker, withWorkers } from './workers';

/** What `--only` calls all of them. */
export const NESTED = 'nested';

/** Documents with lists: the first sync, and what changes of children cost. */
export async function measureNested(bench: Bench, withPeers: boolean): Promise<void> {
  if (bench.only.length > 0 && !bench.only.includes(NESTED)) return;
  const whole = { ...bench, only: [] };
  const parents = Math.round((bench.rows / 1_000_000) * PARENTS_PER_MILLION);
  for (const set of [CLUSTERED, SCATTERED]) {
    bench.say(`making ${parents} parents with ${CHILDREN} children each, ${set.what} …`);
    await runStatements(bench.stage.database, [...set.create(parents), 'vacuum analyze']);
  }
  await takeRendering(whole);
  await withWorkers(bench, 1, async (workers) => {
    await takeFirst(whole, workers, CLUSTERED, 'n');
    await takeFirst(whole, workers, SCATTERED, 'n×');
    await takeLater(whole, workers, CLUSTERED);
  });
  if (withPeers) await takePgsync(whole, parents);
  for (const { name } of [CLUSTERED, SCATTERED]) await forgetIndex(bench.stage, name);
}

/** What PostgreSQL alone takes; without an index a statement finds all children by one look at their table. */
async function takeRendering(bench: Bench): Promise<void> {
  const { stage } = bench;
  const { name } = SCATTERED;
  const render = (id: string, what: string, set: NestedSet) =>
    take(bench, { id, what: `rendered, ${what}`, run: () => readAll(stage, set.name) });
  await render('n-read', CLUSTERED.what, CLUSTERED);
  await render('n-read×', SCATTERED.what, SCATTERED);
  await runStatements(stage.database, [`drop index ${name}_parent`]);
  await render('n-read?', `${SCATTERED.what}, without an index`, SCATTERED);
  await runStatements(stage.database, [`create index ${name}_parent on ${name}_line (parent)`]);
}

async function takeFirst(bench: Bench, workers: readonly BenchWorker[], set: NestedSet, id: string): Promise<void> {
  const { stage } = bench;
  const ceiling = await estimateCeiling(bench, set.name);
  const before = await readTemporaryFiles(stage.database);
  await take(bench, {
    ...{ id, what: `first full sync of documents with ${CHILDREN} children, ${set.what}`, ceiling },
    run: async () => {
      await forgetIndex(stage, set.name);
      return runSync(stage, workers, { connectorId: set.name, jobType: 'full' });
    },
  });
  const written = (await readTemporaryFiles(stage.database)) - before;
  bench.say(`${id}: ${written} temporary files of PostgreSQL`);
}

/** Temporary files that PostgreSQL has written for statements in this database. */
async function readTemporaryFiles(database: string): Promise<number> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly files: string }>(
      'select temp_files as "files" from pg_stat_database where datname = current_database()',
    );
    return Number(rows[0]?.files ?? 0);
  } finally {
    await client.end();
  }
}

async function takeLater(bench: Bench, workers: readonly BenchWorker[], { name }: NestedSet): Promise<void> {
  const { stage } = bench;
  const incremental = () => runSync(stage, workers, { connectorId: name, jobType: 'incremental' });
  const after = (statement: (attempt: number) => string) => async (attempt: number) => {
    await runStatements(stage.database, [statement(attempt)]);
    return incremental();
  };
  const line = `${name}_line`;
  await incremental();
  await take(bench, { id: 'n-quiet', what: 'incremental, nothing written on the server', run: incremental });
  await take(bench, {
    ...{ id: 'n-unchanged', what: 'incremental, something else written' },
    run: after(() => 'create table if not exists elsewhere (id integer); insert into elsewhere values (1)'),
  });
  await take(bench, {
    ...{ id: 'n-updated', what: 'incremental, 1% of the children updated' },
    run: after((attempt) => `update ${line} set quantity = quantity + 1 where parent % 100 = ${attempt}`),
  });
  await take(bench, {
    ...{ id: 'n-deleted', what: 'incremental, 1% of the children deleted' },
    run: after((attempt) => `delete from ${line} where parent % 10 = ${attempt} and id % ${CHILDREN} = 1`),
  });
  await take(bench, {
    ...{ id: 'n-moved', what: 'incremental, 1% of the children moved' },
    run: after(
      (attempt) =>
        `update ${line} set parent = greatest(1, parent - 1) where parent % 10 = ${attempt} and id % ${CHILDREN} = 2`,
    ),
  });
  await take(bench, {
    ...{ id: 'n-one', what: 'incremental, one child deleted' },
    run: after((attempt) => `delete from ${line} where id = ${attempt * CHILDREN + 5}`),
  });
}

async function takePgsync(bench: Bench, parents: number): Promise<void> {
  try {
    await take(bench, {
      ...{ id: 'n-pgsync', what: `pgsync, first sync of documents with ${CHILDREN} children, ${CLUSTERED.what}` },
      run: () => syncByPgsync(bench.stage, pgsyncTreeOf(CLUSTERED), parents),
    });
  } catch (error) {
    bench.say(`pgsync: skipped: ${error instanceof Error ? error.message : String(error)}`);
  }
}
