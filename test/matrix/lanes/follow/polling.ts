import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

const ROLE = `poller_${process.pid}`;
let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({
    source: { username: ROLE, password: 'secret' },
    connector: { continuous: { mode: 'poll', every: '300ms' } },
  });
  // Neither a publication nor the attribute replication.
  await followed.sql(`
    create table orders (id int primary key, state text);
    create table parts (id int, day date, text text, primary key (id, day)) partition by range (day);
    create table parts_1 partition of parts for values from ('2026-01-01') to ('2026-02-01');
    create table large (id int primary key, text text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    insert into large select i, 'new' from generate_series(1, 400000) as i;
    create role ${ROLE} login password 'secret';
    grant select on all tables in schema public to ${ROLE}`);
  await followed.startWorker();
  await followed.run('sync');
}, 120_000);
afterAll(async () => {
  await followed.close();
  await followed.sql(`drop owned by ${ROLE}; drop role ${ROLE}`).catch(() => undefined);
});

test('where replication can not be had changes are found by looks, deletions by the next sync', async () => {
  const { sql, untilFound, untilFollowing, untilShown } = followed;
  const { stdout } = await followed.ask('check', '--json');
  expect(stdout).toContain('Deleted rows, and old keys, wait for the next scheduled sync');
  await followed.run('follow');
  await untilFollowing();
  const took: number[] = [];
  await sql(`update orders set state = 'updated' where id = 1`);
  took.push(await untilFound('orders', 'state', { 1: 'updated' }));
  await sql(`insert into parts values (7, '2026-01-07', 'new')`);
  took.push(await untilFound('parts', 'text', { '7,2026-01-07': 'new' }));
  await sql(
    `begin; savepoint a; update orders set state = 'open' where id = 2; release a; select pg_sleep(1.5); commit`,
  );
  took.push(await untilFound('orders', 'state', { 2: 'open' }));
  process.stderr.write(`follow: ${took.map((ms) => Math.round(ms)).join(', ')} ms\n`);
  expect(await followed.countSlots()).toBe(0);

  await sql(`delete from orders where id = 3; update orders set state = 'later' where id = 4`);
  await untilFound('orders', 'state', { 3: 'new', 4: 'later' });
  expect((await followed.run('sync')).code).toBe(0);
  await untilFound('orders', 'state', { 3: undefined, 4: 'later' });

  // A look at all of it takes more than 30 ms.
  for (let id = 5; id < 12; id += 1)
    await sql(`update orders set state = 'next' where id = ${id}; select pg_sleep(0.5)`);
  const { left = [] } = await untilShown('a table is left', (shown) =>
    (shown.left ?? []).some(({ relation }) => relation === 'public.large'),
  );
  process.stderr.write(`follow: ${JSON.stringify(left)}\n`);
  expect((await followed.run('sync')).code).toBe(0);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 200_000);
