import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { countDocuments } from '../../../support/read-documents';

let followed: FollowedConnector;

beforeAll(async () => {
  // A partition that is taken away is a table that nobody asked for.
  followed = await createFollowedConnector({ source: { tables: 'orders, events' } });
  await followed.begin(`
    create table orders (id int primary key, state text, extra text);
    create table events (id int, day date, text text, primary key (id, day)) partition by range (day);
    create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
    create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
    insert into orders select i, 'new', 'more' from generate_series(1, 100) as i;
    insert into events select i, '2026-01-07', 'new' from generate_series(1, 10) as i;
    insert into events select i, '2026-02-07', 'new' from generate_series(11, 20) as i;
    create publication pgferry_test for table orders, events with (publish_via_partition_root = true)`);
}, 120_000);
afterAll(() => followed.close());

test('columns that are added and dropped, and rows that change right after, are followed', async () => {
  const { sql, untilFound } = followed;
  await sql(`alter table orders add column note text; update orders set note = 'added' where id = 1`);
  await untilFound('orders', 'note', { 1: 'added' }, 60_000);
  await sql(`update orders set state = 'before' where id = 2; alter table orders drop column extra`);
  await untilFound('orders', 'extra', { 1: undefined, 2: undefined, 100: undefined }, 60_000);
  await untilFound('orders', 'state', { 2: 'before' });
  await sql(`update orders set id = id + 1000 where id <= 10`);
  await untilFound('orders', 'note', { 1: undefined, 1001: 'added' }, 60_000);
  await followed.untilFollowing();
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 200_000);

test('a rebuild meanwhile loses nothing, and the new index is followed', async () => {
  const { sql, untilFound, untilShown } = followed;
  const { gaps_closed: before } = await followed.shown();
  const rebuilding = followed.start('sync', '--rebuild');
  for (let id = 11; rebuilding.child.exitCode === null; id = id < 60 ? id + 1 : 11) {
    await sql(`update orders set state = 'while rebuilt' where id = ${id}; select pg_sleep(0.05)`);
  }
  await rebuilding.finished;
  await sql(`update orders set state = 'rebuilt' where id = 99`);
  await untilFound('orders', 'state', { 11: 'while rebuilt', 99: 'rebuilt' }, 60_000);
  // The stream hears of the other index within seconds; what changed since the rebuild last looked comes by a sync then.
  await untilShown('a sync followed', (shown) => shown.gaps_closed > before);
  await followed.untilFollowing(60_000);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 200_000);

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
  expect(await countDocuments(followed.connector.index_name)).toBe(100 + 12);
}, 400_000);
