import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

import { createRandom, type Random } from '../../../soak/random';
import type { RunningCommand } from '../../../support/command-line';
import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

const ROUNDS = Number(process.env['PGFERRY_FOLLOW_ROUNDS'] ?? 5);
const SEED = Number(process.env['PGFERRY_FOLLOW_SEED'] ?? Date.now() % 1_000_000);
/** Names of troubles, of which each round takes two: `freeze,redefinition`. Not given: all. */
const TROUBLES_GIVEN = process.env['PGFERRY_FOLLOW_TROUBLES']?.split(',');
const KEYS = 5_000;
const WRITERS = 3;
const ROUND_MS = 6_000;

let followed: FollowedConnector;
let worker: RunningCommand;

beforeAll(async () => {
  followed = await createFollowedConnector({
    source: { tables: 'orders, lines, events, counts' },
    connector: {
      max_delete_ratio: 1,
      documents: { field_names: 'plain', id_columns: { counts: ['id'] } },
      continuous: { min_interval: '1s' },
    },
  });
  worker = await followed.begin(`
    create table orders (id int primary key, state text);
    create table lines (orders int, line numeric, text text, primary key (orders, line));
    create view counts as
      select o.id, count(l.line)::int as n from orders as o left join lines as l on l.orders = o.id group by o.id;
    create table events (id int, day date, text text, primary key (id, day)) partition by range (day);
    create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
    create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
    insert into orders select i, 'new' from generate_series(1, ${KEYS}) as i;
    create publication pgferry_test for table orders, lines, events with (publish_via_partition_root = true)`);
}, 120_000);
afterAll(() => followed.close());

/** Writes of every kind; a key is written as often as another, so that they meet. */
function drawWrite(random: Random): string {
  const id = random.between(1, KEYS);
  const other = random.between(1, KEYS);
  const day = random.pick(['2026-01-07', '2026-02-07']);
  const text = `v${random.between(1, 1e9)}`;
  return random.pick([
    `insert into orders values (${id}, '${text}') on conflict (id) do update set state = excluded.state`,
    `update orders set state = '${text}' where id between ${id} and ${id + 20}`,
    `delete from orders where id = ${id}`,
    `delete from orders where id = ${other}; update orders set id = ${other} where id = ${id}`,
    `insert into lines values (${id}, ${random.between(1, 5)}.0, '${text}') on conflict do nothing`,
    `update lines set line = line::int + 0.00 where orders between ${id} and ${id + 100}`,
    `delete from lines where orders between ${id} and ${id + 50}`,
    `insert into events values (${id}, '${day}', '${text}') on conflict do nothing`,
    `update events set day = '${day}' where id = ${id} and not exists
      (select from events where id = ${id} and day = '${day}')`,
    `begin; update orders set state = '${text}' where id = ${id}; rollback`,
    `begin; savepoint a; update orders set state = '${text}' where id = ${id}; release a; commit`,
  ]);
}

async function keepWriting(random: Random, until: AbortSignal): Promise<number> {
  const client = new Client({ connectionString: followed.database.url });
  await client.connect();
  let writes = 0;
  while (!until.aborted) {
    // Deadlocks, and keys that are there already, roll back.
    await client.query(drawWrite(random)).catch(() => client.query('rollback'));
    writes += 1;
    await sleep(random.between(0, 5));
  }
  await client.end();
  return writes;
}

type Trouble = (random: Random) => Promise<unknown>;

const TROUBLES: Readonly<Record<string, Trouble>> = {
  nothing: () => Promise.resolve(),
  kill: async () => {
    worker.child.kill('SIGKILL');
    await worker.finished;
    worker = await followed.startWorker();
  },
  freeze: async (random) => {
    worker.child.kill('SIGSTOP');
    await sleep(random.between(100, 20_000));
    worker.child.kill('SIGCONT');
  },
  cut: () =>
    followed.sql(`select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'
      and datname = current_database()`),
  'cut readers': () =>
    followed.sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
      and application_name like 'pgferry%'`),
  truncate: () => followed.sql('truncate lines'),
  'large transaction': () => followed.sql(`update orders set state = 'large ' || id`),
  redefinition: (random) =>
    followed.sql(`alter table orders drop column if exists extra;
      alter table orders add column extra int default ${random.between(1, 9)}`),
  'full sync': () => followed.run('sync', '--full'),
  'incremental sync': () => followed.run('sync'),
  rebuild: () => followed.run('sync', '--rebuild'),
};

test(`${ROUNDS} rounds from seed ${SEED}: once it is quiet, documents are rows, without any further sync`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const random = createRandom(SEED + round);
    const known = TROUBLES_GIVEN ?? Object.keys(TROUBLES);
    const names = [random.pick(known), random.pick(known)];
    const ending = new AbortController();
    const writing = Array.from({ length: WRITERS }, () => keepWriting(random.fork(), ending.signal));
    const over = sleep(ROUND_MS);
    await sleep(random.between(0, ROUND_MS / 2));
    for (const name of names) await TROUBLES[name]?.(random);
    await over;
    ending.abort();
    const writes = (await Promise.all(writing)).reduce((sum, count) => sum + count, 0);
    await followed.sql(`insert into orders values (${1_000_000 + round}, 'end of a round')`);
    await followed.untilConfirmed(240_000);
    await followed.untilFound('orders', 'state', { [1_000_000 + round]: 'end of a round' }, 240_000);
    const quiet = await followed.untilFollowing(240_000);
    let told = '';
    await eventually(
      'documents are rows',
      async () => {
        const verified = await followed.run('verify');
        told = verified.stderr;
        return verified.code === 0;
      },
      // What waits is acknowledged by then, and the view is read again; nothing else is to come.
      60_000,
    ).catch((error: unknown) => {
      throw new Error(`seed ${SEED + round}, ${names.join(', ')}: ${told}`, { cause: error });
    });
    expect(await followed.shown()).toMatchObject({ gaps_closed: quiet.gaps_closed, owed: [] });
    process.stderr.write(`follow: round ${round + 1}, seed ${SEED + round}: ${writes} writes, ${names.join(', ')}\n`);
  }
}, 3_600_000);
