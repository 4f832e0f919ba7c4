import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { lockTables } from '../../../support/table-lock';

/** Rows that take the place of others without a change of what the table is; all are older than any sync. */
const EXCHANGES = [
  {
    title: 'partitions are exchanged',
    table: 'events',
    exchange: `alter table events detach partition events_now;
      alter table events attach partition events_next for values from (0) to (1000)`,
  },
  {
    title: 'a table is put in the place of another one',
    table: 'products',
    exchange: `alter table products rename to products_before; alter table products_next rename to products`,
  },
] as const;

/** Rows that nobody saw before, in the place of those there; it takes two seconds. */
const REPLACEMENTS = [
  {
    title: 'a partition is exchanged for a new one',
    table: 'events',
    replace: `alter table events detach partition events_next;
      create table events_last (like events including all);
      insert into events_last select i, 'last' from generate_series(1, 100) as i;
      select pg_sleep(2);
      alter table events attach partition events_last for values from (0) to (1000)`,
  },
  {
    title: 'a new table is put in the place of another one',
    table: 'products',
    replace: `alter table products rename to products_then;
      create table products (like products_then including all);
      insert into products select i, 'last' from generate_series(1, 100) as i;
      select pg_sleep(2)`,
  },
] as const;

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    source: { tables: 'a_read_first, events, products' },
    connector: { concurrency: 1 },
  });
  await followed.begin(`
    create table a_read_first (id int primary key);
    create table events (id int primary key, state text) partition by range (id);
    create table events_now partition of events for values from (0) to (1000);
    create table events_next (like events including all);
    create table products (like events including all);
    create table products_next (like events including all);
    insert into events select i, 'old' from generate_series(1, 100) as i;
    insert into products table events;
    insert into events_next select i, 'next' from generate_series(1, 100) as i;
    insert into products_next table events_next;
    create publication pgferry_test for table a_read_first, events, products, products_next
      with (publish_via_partition_root = true)`);
}, 120_000);
afterAll(() => followed.close());

test.each(EXCHANGES)(
  '$title while a sync runs beside the stream: no document stays behind',
  async (given) => {
    const { table, exchange } = given;
    const { sql, untilFound, untilFollowing, database } = followed;
    const lock = await lockTables(database, 'a_read_first');
    const syncing = followed.start('sync', '--full');
    try {
      const waiting = `select from pg_locks where not granted and relation = 'a_read_first'::regclass`;
      await eventually('the sync reads another table', async () => (await sql(waiting)).length > 0);
      // Newer than the sync: what the sync copies does not replace it.
      await sql(`update ${table} set state = 'meanwhile' where id <= 10`);
      await untilFound(table, 'state', { 1: 'meanwhile', 10: 'meanwhile' });
      await sql(`begin; ${exchange}; commit`);
    } finally {
      await lock.release();
    }
    expect((await syncing.finished).code).toBe(0);
    await untilFound(table, 'state', { 1: 'next', 10: 'next', 11: 'next', 100: 'next' }, 120_000);
    await untilFollowing(120_000);
    const { code, stdout } = await followed.run('verify');
    expect({ code, stdout }).toMatchObject({ code: 0 });
  },
  300_000,
);

test.each(REPLACEMENTS)(
  '$title right after a row changed: its document does not go missing meanwhile',
  async ({ table, replace }) => {
    const { sql, untilFound, untilFollowing, database } = followed;
    // The owner waits for the writer, and then takes two seconds: a batch that reads the change begins before its end.
    const writer = await lockTables(database);
    await writer.run(`update ${table} set state = 'changed' where id = 7`);
    const owner = await lockTables(database);
    const replacing = owner.run(replace);
    const waiting = `select 1 from pg_locks where not granted and relation = '${table}'::regclass`;
    await eventually('the owner waits', async () => (await sql(waiting)).length > 0);
    await writer.run('commit');
    await writer.release();
    await replacing;
    await owner.run('commit');
    await owner.release();
    const states = new Set<unknown>();
    await eventually('the new row is in its document', async () => {
      const state = await followed.find(table, 'state', 7);
      states.add(state);
      return state === 'last';
    });
    expect(states).not.toContain(undefined);
    await untilFound(table, 'state', { 8: 'last' });
    await untilFollowing(120_000);
    expect(await followed.run('verify')).toMatchObject({ code: 0 });
  },
  300_000,
);
