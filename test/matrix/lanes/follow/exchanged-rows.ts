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
    create publication pgferry_test for all tables with (publish_via_partition_root = true)`);
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
