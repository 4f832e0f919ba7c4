import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

let followed: FollowedConnector;

beforeAll(async () => {
  followed = await createFollowedConnector();
  await followed.sql(`
    create table orders (id int primary key, state text);
    create table lines (orders int, line numeric, text text, primary key (orders, line));
    create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table words (word varchar(20) collate nocase primary key, text text);
    create table logs (id int primary key, text text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    create publication pgferry_test for table orders, lines, words`);
});
afterAll(() => followed.close());

test('changes are found within a second, without any sync', async () => {
  const { run, sql, untilFollowing, untilFound } = followed;
  const worker = await followed.startWorker();
  await run('sync');
  await run('follow');
  const { left } = await untilFollowing();
  expect(left).toEqual([
    {
      relation: 'public.logs',
      reason: 'it is not in the publication',
      remedy: '`alter publication "pgferry_test" add table "public"."logs"`',
    },
  ]);

  const took: number[] = [];
  await sql(`insert into orders values (101, 'inserted')`);
  took.push(await untilFound('orders', 'state', { 101: 'inserted' }));
  await sql(`update orders set state = 'updated' where id = 1`);
  took.push(await untilFound('orders', 'state', { 1: 'updated' }));
  await sql(`delete from orders where id = 2`);
  took.push(await untilFound('orders', 'state', { 2: undefined }));
  await sql(`update orders set id = 1003 where id = 3`);
  took.push(await untilFound('orders', 'state', { 3: undefined, 1003: 'new' }));
  await sql(`insert into lines values (1, 1.0, 'a'), (1, 2, 'b, %')`);
  took.push(await untilFound('lines', 'text', { '1,1.0': 'a', '1,2': 'b, %' }));
  await sql(`update lines set line = 1.00 where line = 1`);
  took.push(await untilFound('lines', 'text', { '1,1.0': undefined, '1,1.00': 'a' }));
  // By the key's collation it is the same row, by its document it is not.
  await sql(`insert into words values ('Word', 'a')`);
  took.push(await untilFound('words', 'text', { Word: 'a' }));
  await sql(`update words set word = 'word'`);
  took.push(await untilFound('words', 'text', { Word: undefined, word: 'a' }));
  process.stderr.write(`follow: ${took.map((ms) => Math.round(ms)).join(', ')} ms\n`);
  expect(Math.max(...took)).toBeLessThan(1_000);

  // Only a sync sees what is gone of a truncated table.
  await sql(`truncate lines`);
  await untilFound('lines', 'text', { '1,2': undefined, '1,1.00': undefined });

  // Nobody hears of what happens without a worker; the stream that comes after it owes a sync.
  worker.child.kill('SIGKILL');
  await worker.finished;
  await sql(`update orders set state = 'meanwhile' where id <= 50; delete from orders where id = 60`);
  await followed.startWorker();
  // A task of a workflow that died with it is given out again after ten seconds.
  await untilFound('orders', 'state', { 1: 'meanwhile', 50: 'meanwhile', 60: undefined }, 60_000);
  await untilFollowing();

  await run('follow', '--stop');
  expect(await followed.countSlots()).toBe(0);
  expect((await run('verify')).code).toBe(0);
}, 120_000);
