import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector();
  await followed.begin(`
    create table orders (id int primary key, state text);
    create table notes (id int primary key, body text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    insert into notes select i, '{}' from generate_series(1, 100) as i;
    create publication pgferry_test for table orders, notes`);
}, 60_000);
afterAll(() => followed.close());

test('a table that no sync can write keeps no other one from being followed, and is named until it is mended', async () => {
  const { sql, untilShown, untilFound, untilFollowing, run } = followed;
  await sql(
    `alter table notes alter body type jsonb using body::jsonb; update notes set body = '{"a": 1}' where id = 7`,
  );
  // Nothing but the table itself is owed: everything else is in step.
  const { gap_failure: failure } = await untilShown(
    'all else is followed',
    ({ phase, owed }) => phase === 'following' && owed.join() === 'public.notes could not be read',
    150_000,
  );
  expect(failure).toContain('1 of 2 relations could not be synced');
  await sql(`update orders set state = 'seen' where id = 3; delete from orders where id = 4`);
  await untilFound('orders', 'state', { 3: 'seen', 4: undefined });

  await sql(`alter table notes alter body type text using body::text`);
  await untilFollowing(300_000);
  await untilFound('notes', 'body', { 7: '{"a": 1}' });
  expect((await run('verify')).code).toBe(0);
}, 500_000);
