import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { countDocuments } from '../../../support/read-documents';

let followed: FollowedConnector;
const count = () => countDocuments(followed.connector.index_name);

beforeAll(async () => {
  followed = await createFollowedConnector({ connector: { max_delete_ratio: 0.1 } });
  await followed.begin(`
    create table orders (id int primary key, state text);
    create table notes (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 3000) as i;
    insert into notes select i, 'new' from generate_series(1, 5000) as i;
    create publication pgferry_test for table orders, notes`);
}, 60_000);
afterAll(() => followed.close());

test('a stream deletes no more than a sync may without consent, however many transactions it comes in', async () => {
  const { sql, untilFound, untilShown, untilFollowing } = followed;
  await sql(`delete from notes where id <= 400`);
  await sql(`delete from notes where id between 401 and 800`);
  await untilFound('notes', 'state', { 400: undefined, 800: undefined });
  // More than 1,000 within ten minutes, and more than a tenth: all of these stay.
  await sql(`delete from notes where id between 801 and 2800`);
  await untilShown('the guard of a sync decides', (shown) => (shown.gap_failure ?? '').includes('max_delete_ratio'));
  expect(await count()).toBe(8_000 - 800);

  // Everything else is followed on.
  await sql(`update notes set state = 'updated' where id = 5000; update orders set state = 'updated' where id = 7`);
  await untilFound('orders', 'state', { 7: 'updated' });
  await untilFound('notes', 'state', { 5_000: 'updated' });

  // What somebody consents to is done, and what was owed is paid.
  expect((await followed.run('sync', '--allow-mass-delete')).code).toBe(0);
  expect(await count()).toBe(8_000 - 2_800);
  await untilFollowing(150_000);
}, 300_000);
