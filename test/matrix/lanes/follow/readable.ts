import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { countDocuments } from '../../../support/read-documents';

const ROLE = `reader_${process.pid}`;
let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({ source: { username: ROLE, password: 'secret' } });
  await followed.begin(`
    create table orders (id int primary key, state text);
    create table notes (id int primary key, state text);
    create table secrets (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    insert into notes select i, 'new' from generate_series(1, 100) as i;
    insert into secrets select i, 'new' from generate_series(1, 100) as i;
    create role ${ROLE} login replication password 'secret';
    grant select on orders, notes, secrets to ${ROLE};
    create publication pgferry_test for table orders, notes, secrets`);
}, 60_000);
afterAll(async () => {
  await followed.sql(`drop owned by ${ROLE}; drop role ${ROLE}`).catch(() => undefined);
  await followed.close();
});

test('a role that stops seeing rows ends the stream of their table, and nothing is deleted', async () => {
  const { sql, untilFound, untilShown, untilFollowing } = followed;
  await sql(`revoke select on notes from ${ROLE}; alter table secrets enable row level security`);
  await sql(`update notes set state = 'unseen'; update secrets set state = 'unseen'`);
  const { left = [] } = await untilShown('two tables are left', (shown) => shown.left?.length === 2);
  expect(left.map(({ relation }) => relation).sort()).toEqual(['public.notes', 'public.secrets']);
  expect(left.map(({ reason }) => reason).join()).toMatch(/notes.*secrets|secrets.*notes/);
  await sql(`delete from notes where id = 5; delete from secrets where id = 5`);
  await sql(`update orders set state = 'seen' where id = 1`);
  await untilFound('orders', 'state', { 1: 'seen' });
  expect(await countDocuments(followed.connector.index_name)).toBe(300);

  // Within a minute it is followed again, and has what was missed.
  await sql(`grant select on notes to ${ROLE}; alter table secrets disable row level security`);
  await untilFound('notes', 'state', { 1: 'unseen', 5: undefined }, 120_000);
  await untilFound('secrets', 'state', { 1: 'unseen', 5: undefined });
  const { left: still } = await untilFollowing();
  expect(still).toEqual([]);
}, 300_000);
