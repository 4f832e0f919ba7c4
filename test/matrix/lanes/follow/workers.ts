import { Client } from 'pg';

import type { RunningCommand } from '../../../support/command-line';
import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { stopCommand } from '../../../support/worker-process';

let followed: FollowedConnector;
const walsenders = async () => {
  const [row] = await followed.sql(`
    select count(*)::int as n from pg_stat_activity
    where backend_type = 'walsender' and datname = current_database()`);
  return Number(row?.['n']);
};
const note = (line: string) => process.stderr.write(`follow: ${line}\n`);
const secondsSince = (started: number) => ((performance.now() - started) / 1_000).toFixed(1);

beforeEach(async () => {
  followed = await createFollowedConnector();
  await followed.sql(`
    create table orders (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    create publication pgferry_test for table orders`);
}, 60_000);
let frozen: RunningCommand | undefined;
afterEach(async () => {
  frozen?.child.kill('SIGCONT');
  await followed.close();
});

test('where a worker dies another one follows on within 40 seconds; one that freezes and wakes does no harm', async () => {
  const { sql, untilFound, untilFollowing, startWorker } = followed;
  const first = await startWorker();
  await followed.run('sync');
  await followed.run('follow');
  await untilFollowing();
  // It looks for what dead workers left when it starts, which is before.
  const second = await startWorker();

  let started = performance.now();
  first.child.kill('SIGKILL');
  await sql(`update orders set state = 'after a kill' where id = 1`);
  await eventually('the slot is gone', async () => (await followed.countSlots()) === 0);
  note(`the slot of a killed worker is gone after ${secondsSince(started)} s`);
  await untilFound('orders', 'state', { 1: 'after a kill' }, 60_000);
  note(`changes flow ${secondsSince(started)} s after a kill`);
  expect(performance.now() - started).toBeLessThan(40_000);
  await untilFollowing();

  const third = await startWorker();
  started = performance.now();
  frozen = second;
  second.child.kill('SIGSTOP');
  await sql(`update orders set state = 'after a stop' where id = 2`);
  await untilFound('orders', 'state', { 2: 'after a stop' }, 150_000);
  note(`changes flow ${secondsSince(started)} s after a worker was frozen`);
  expect(await followed.countSlots()).toBe(1);
  second.child.kill('SIGCONT');
  await sql(`update orders set state = 'after all' where id = 3`);
  await untilFound('orders', 'state', { 3: 'after all' });
  await untilFollowing();
  expect(await followed.countSlots()).toBe(1);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });

  started = performance.now();
  await followed.run('follow', '--stop');
  note(`stopped within ${secondsSince(started)} s`);
  expect(performance.now() - started).toBeLessThan(12_000);
  expect(await followed.countSlots()).toBe(0);
  await stopCommand(third);
}, 300_000);

test('an open transaction that keeps the slot from being made is named; a kill meanwhile leaves one session', async () => {
  const { sql, untilShown, untilFound, startWorker } = followed;
  const first = await startWorker();
  await followed.run('sync');
  const forgotten = new Client({ connectionString: followed.database.url });
  await forgotten.connect();
  const { rows } = await forgotten
    .query<{ pid: number }>(`begin; insert into orders values (1000, 'open')`)
    .then(() => forgotten.query<{ pid: number }>('select pg_backend_pid() as pid'));
  const pid = String(rows[0]?.pid);
  await followed.run('follow');
  const names = (doing = '') => doing.includes(`process ${pid}`);
  const { doing } = await untilShown('the process is named', (shown) => names(shown.doing));
  note(doing ?? '');
  first.child.kill('SIGKILL');
  await first.finished;
  await startWorker();
  await eventually('the server was asked anew', async () => (await walsenders()) === 1, 20_000);
  await untilShown('the process is named', (shown) => names(shown.doing));
  expect(await walsenders()).toBe(1);
  // Schedules and syncs go on.
  await sql(`update orders set state = 'by a sync' where id = 1`);
  expect((await followed.run('sync')).code).toBe(0);
  await untilFound('orders', 'state', { 1: 'by a sync' });

  await forgotten.query('commit');
  await forgotten.end();
  await followed.untilFollowing();
  await untilFound('orders', 'state', { 1000: 'open' });
  expect(await followed.countSlots()).toBe(1);
}, 200_000);

test('a stream whose session is ended each second gets everything across', async () => {
  const { sql, untilFound, startWorker } = followed;
  await startWorker();
  await followed.run('sync');
  await followed.run('follow');
  await followed.untilFollowing();
  for (let round = 1; round <= 10; round += 1) {
    await sql(`update orders set state = 'round ${round}' where id = ${round}`);
    await sql(`
      select pg_terminate_backend(pid), pg_sleep(1) from pg_stat_activity
      where backend_type = 'walsender' and datname = current_database()`);
  }
  await untilFound('orders', 'state', { 1: 'round 1', 10: 'round 10' }, 90_000);
  await followed.untilFollowing(90_000);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 300_000);
