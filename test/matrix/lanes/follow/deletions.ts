import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { countDocuments } from '../../../support/read-documents';

let followed: FollowedConnector;
const count = () => countDocuments(followed.connector.index_name);

beforeAll(async () => {
  followed = await createFollowedConnector();
  await followed.sql(`
    create table orders (id int primary key, state text);
    create table notes (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 3000) as i;
    insert into notes select i, 'new' from generate_series(1, 3000) as i;
    create publication pgferry_test for table orders, notes`);
  await followed.startWorker();
  await followed.run('sync');
  await followed.run('follow');
  await followed.untilFollowing();
}, 60_000);
afterAll(() => followed.close());

test('a stream deletes no more than a sync may without consent, however many transactions it comes in', async () => {
  const { sql, untilFound, untilShown, untilFollowing } = followed;
  await sql(`delete from notes where id <= 400`);
  await sql(`delete from notes where id between 401 and 800`);
  await untilFound('notes', 'state', { 400: undefined, 800: undefined });
  // 1,200 of 3,000 rows within ten minutes.
  for (const first of [801, 901, 1_001, 1_101])
    await sql(`delete from notes where id between ${first} and ${first + 99}`);
  const { gap_failure: failure } = await untilShown('the guard of a sync decides', (shown) =>
    (shown.gap_failure ?? '').includes('would be deleted'),
  );
  expect(failure).toContain('would be deleted');
  expect(await count()).toBeGreaterThanOrEqual(6_000 - 1_000);
  expect(await count()).toBeLessThanOrEqual(6_000 - 800);

  // Everything else is followed on.
  await sql(`update notes set state = 'updated' where id = 3000; update orders set state = 'updated' where id = 7`);
  await untilFound('orders', 'state', { 7: 'updated' });
  await untilFound('notes', 'state', { 3_000: 'updated' });

  // What somebody consents to is done, and what was owed is paid.
  expect((await followed.run('sync', '--allow-mass-delete')).code).toBe(0);
  expect(await count()).toBe(6_000 - 1_200);
  await untilFollowing(150_000);
}, 300_000);
