import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { countDocuments } from '../../../support/read-documents';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    connector: {
      // It is much behind after a few rows.
      continuous: { max_lag: '16MB' },
    },
  });
  await followed.sql(`
    create table orders (id int primary key, state text);
    create table events (id int, day date, text text, primary key (id, day)) partition by range (day);
    create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
    create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
    create table unheard (text text);
    insert into orders select i, 'new' from generate_series(1, 120000) as i;
    insert into events select i, '2026-01-07', 'new' from generate_series(1, 10) as i;
    insert into events select i, '2026-02-07', 'new' from generate_series(11, 20) as i;
    create publication pgferry_test for table orders, events with (publish_via_partition_root = true)`);
  await followed.startWorker();
  await followed.run('sync');
  await followed.run('follow');
  await followed.untilFollowing();
}, 120_000);
afterAll(() => followed.close());

test('a transaction of more rows than are looked up one by one is left to a sync', async () => {
  await followed.sql(`update orders set state = 'all at once'`);
  await followed.untilFound('orders', 'state', { 1: 'all at once' }, 60_000);
  await followed.untilFollowing(60_000);
  const { written } = (await followed.shown()) as unknown as { written: number };
  process.stderr.write(`follow: of 120000 rows the stream wrote ${written}\n`);
  expect((await followed.run('verify')).code).toBe(0);
}, 180_000);

test('an idle table beside a busy one that is not published keeps no WAL', async () => {
  await followed.sql(`insert into unheard select repeat('x', 1000) from generate_series(1, 30000)`);
  // It is looked at every ten seconds.
  const { retained_bytes: bytes } = await followed.untilShown('a look', (shown) => (shown.retained_bytes ?? 1e9) < 1e6);
  process.stderr.write(`follow: ${bytes ?? ''} bytes of WAL kept after 30 MB of others\n`);
}, 60_000);

test('partitions that are emptied, taken away and added are noticed within a minute or so', async () => {
  const { sql, untilFound } = followed;
  await sql(`update events set day = '2026-02-03' where id = 1`);
  await untilFound('events', 'text', { '1,2026-01-07': undefined, '1,2026-02-03': 'new' });
  await sql(`truncate events_1`);
  await untilFound('events', 'text', { '2,2026-01-07': undefined, '10,2026-01-07': undefined }, 100_000);
  await sql(`alter table events detach partition events_2`);
  await untilFound('events', 'text', { '11,2026-02-07': undefined }, 100_000);
  await sql(`
    alter table events attach partition events_2 for values from ('2026-02-01') to ('2026-03-01');
    insert into events values (30, '2026-02-08', 'new')`);
  await untilFound('events', 'text', { '11,2026-02-07': 'new', '30,2026-02-08': 'new' }, 100_000);
  await followed.untilFollowing(100_000);
  expect(await countDocuments(followed.connector.index_name)).toBe(120_000 + 12);
}, 400_000);

test('a stream that is behind by more than max_lag ends, and what it missed comes by a sync', async () => {
  const { sql, untilFound, untilShown } = followed;
  // A transaction that has written keeps WAL, however quick the stream is.
  await sql(`begin; update orders set state = 'kept open' where id = 1`);
  const other = await createSession();
  await other(`insert into unheard select repeat('x', 1000) from generate_series(1, 40000)`);
  await other(`update orders set state = 'meanwhile' where id = 2`);
  const { last_failure: failure } = await untilShown('it was behind', (shown) =>
    (shown.last_failure ?? '').includes('max_lag'),
  );
  process.stderr.write(`follow: ${failure ?? ''}\n`);
  expect(await followed.countSlots()).toBeLessThanOrEqual(1);
  await sql('commit');
  await untilFound('orders', 'state', { 1: 'kept open', 2: 'meanwhile' }, 90_000);
  await followed.untilFollowing(90_000);
}, 300_000);

async function createSession(): Promise<(text: string) => Promise<unknown>> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: followed.database.url });
  client.on('error', () => undefined);
  await client.connect();
  return (text) => client.query(text);
}
