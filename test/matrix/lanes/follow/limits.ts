import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    connector: {
      // It is much behind after a few rows.
      continuous: { max_lag: '16MB' },
    },
  });
  await followed.begin(`
    create table orders (id int primary key, state text);
    create table unheard (text text);
    insert into orders select i, 'new' from generate_series(1, 120000) as i;
    create publication pgferry_test for table orders`);
}, 120_000);
afterAll(() => followed.close());

test('a transaction of more rows than are looked up one by one is left to a sync', async () => {
  await followed.sql(`update orders set state = 'all at once'`);
  await followed.untilFound('orders', 'state', { 1: 'all at once' }, 60_000);
  await followed.untilFollowing(60_000);
  const { written } = (await followed.shown()) as unknown as { written: number };
  process.stderr.write(`follow: of 120000 rows the stream wrote ${written}\n`);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 180_000);

test('an idle table beside a busy one that is not published keeps no WAL', async () => {
  await followed.sql(`insert into unheard select repeat('x', 1000) from generate_series(1, 30000)`);
  // It is looked at every ten seconds.
  const { retained_bytes: bytes } = await followed.untilShown('a look', (shown) => (shown.retained_bytes ?? 1e9) < 1e6);
  process.stderr.write(`follow: ${bytes ?? ''} bytes of WAL kept after 30 MB of others\n`);
}, 60_000);

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
