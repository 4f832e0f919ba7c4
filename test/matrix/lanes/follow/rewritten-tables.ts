import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { lockTables } from '../../../support/table-lock';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector({ source: { tables: 'prices' } });
  await followed.begin(`
    create table prices (id int primary key, amount int, note text);
    insert into prices select i, i, 'old' from generate_series(1, 100) as i;
    create function public.slowly(int) returns int language sql volatile as 'select $1 * 100 from pg_sleep(0.02)';
    create publication pgferry_test for table prices`);
}, 120_000);
afterAll(() => followed.close());

test('rows that an ALTER TABLE writes anew, of which a stream hears nothing, are in documents within a minute or so', async () => {
  const { sql, untilFound, untilFollowing } = followed;
  await sql(`alter table prices alter amount type int using amount * 100`);
  await untilFound('prices', 'amount', { 1: 100, 100: 10_000 }, 100_000);
  await untilFollowing();
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 200_000);

test('a row that changed right before its table is written anew does not go missing meanwhile', async () => {
  const { sql, untilFound, untilFollowing, shown, database } = followed;
  // Waits for the table's writer, and then takes two seconds: a batch that reads the change begins before its end.
  const writer = await lockTables(database);
  await writer.run(`update prices set note = 'changed' where id = 7`);
  const owner = await lockTables(database);
  const altering = owner.run('alter table prices alter amount type int using public.slowly(amount)');
  await eventually('ALTER TABLE waits', async () => {
    const waiting = `select 1 from pg_locks where not granted and relation = 'prices'::regclass`;
    return (await sql(waiting)).length > 0;
  });
  await writer.run('commit');
  await writer.release();
  await altering;
  await owner.run('commit');
  await owner.release();
  await untilFound('prices', 'amount', { 7: 70_000, 8: 80_000 }, 100_000);
  await untilFollowing();
  expect(await shown()).toMatchObject({ deleted: 0 });
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 200_000);
