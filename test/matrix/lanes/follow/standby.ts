import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { makeStandby, type MortalPostgres, runSql, startMortalPostgres } from '../../../support/mortal-postgres';
import { createDatabase } from '../../../support/postgres';
import { makeTemporaryFolder } from '../../../support/stack-process';

const SETTINGS = { wal_level: 'logical' };
/** A standby as people have it far away, only worse. */
const BEHIND_MS = 5_000;

let folder: string;
let primary: MortalPostgres;
let standby: MortalPostgres;
let followed: FollowedConnector;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  primary = await startMortalPostgres(join(folder, 'primary'), SETTINGS);
  const database = await createDatabase(primary.url);
  await primary.stop();
  await primary.copyTo(join(folder, 'standby'));
  await primary.start();
  await makeStandby(join(folder, 'standby'), primary);
  // What is replayed late cancels queries soon, unless they may hold it back.
  const patient = { hot_standby_feedback: 'on', max_standby_streaming_delay: '-1' };
  const behind = { ...SETTINGS, ...patient, recovery_min_apply_delay: `${BEHIND_MS}ms`, track_commit_timestamp: 'off' };
  standby = await startMortalPostgres(join(folder, 'standby'), behind);
  const sql = (text: string) => runSql(database.url, text);
  followed = await createFollowedConnector({
    database: { ...database, sql, drop: () => Promise.resolve() },
    source: { port: standby.port },
    // Whole tables go in these tests.
    connector: { max_delete_ratio: 1, continuous: { host: '127.0.0.1', port: primary.port } },
  });
  await followed.begin(`
    create table orders (id int primary key, state text);
    create table lines (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 1000) as i;
    insert into lines select i, 'new' from generate_series(1, 1000) as i;
    create publication pgferry_test for table orders, lines`);
}, 180_000);
afterAll(async () => {
  await followed.close();
  await Promise.all([primary.stop(), standby.stop()]);
  await rm(folder, { recursive: true });
});

const onStandby = (text: string) => runSql(new URL(`/${followed.database.name}`, standby.url).href, text);
const endStream = () => followed.sql('select pg_terminate_backend(active_pid) from pg_replication_slots');

async function expectInStep(): Promise<void> {
  const { code, stdout, stderr } = await followed.run('verify');
  const shown = JSON.stringify(await followed.shown());
  expect({ code, said: code === 0 ? '' : `${stdout}${stderr}${shown}` }).toEqual({ code: 0, said: '' });
}

test('a change is found long before the standby has it', async () => {
  await followed.sql(`update orders set state = 'paid' where id = 1; delete from orders where id = 2`);
  expect(await followed.untilFound('orders', 'state', { 1: 'paid', 2: undefined })).toBeLessThan(BEHIND_MS - 1_000);
  expect(await onStandby(`select state from orders where id = 1`)).toEqual([{ state: 'new' }]);
});

test('what the standby says of commit times, which are its primary’s to keep, makes no other documents of rows', async () => {
  const report = async () => JSON.parse((await followed.run('sync', '--json')).stdout) as Record<string, unknown>;
  // What changed before.
  await report();
  const { gaps_closed: before } = await followed.shown();
  for (const synced of [await report(), await report()])
    expect(synced).toMatchObject({ status: 'completed', indexed: 0, deleted: 0 });
  await expectInStep();
  expect(await followed.untilFollowing()).toMatchObject({ gaps_closed: before });
});

test('a sync that reads the standby puts nothing back that the stream has written', async () => {
  const { sql, run, untilFound } = followed;
  await sql(`update orders set state = 'sent' where id <= 900 and id > 2; insert into orders values (2, 'again')`);
  await untilFound('orders', 'state', { 900: 'sent', 2: 'again' });
  const began = performance.now();
  expect((await run('sync', '--full')).code).toBe(0);
  // It waited for what the primary had.
  expect(performance.now() - began).toBeGreaterThan(BEHIND_MS / 2);
  await untilFound('orders', 'state', { 3: 'sent', 900: 'sent', 2: 'again' });
  await expectInStep();
});

test('writes go on while syncs read the standby: quiet again, nothing is missing', async () => {
  const { sql, run } = followed;
  const over = new AbortController();
  const writing = (async () => {
    for (let round = 0; !over.signal.aborted; round += 1) {
      await sql(`update orders set state = 'r${round}' where id % 37 = ${round % 37};
        delete from lines where id = ${1 + (round % 1000)}; insert into lines
          select i, 'r${round}' from generate_series(1, 1000) as i where i % 41 = ${(round + 3) % 41}
          on conflict (id) do update set state = excluded.state`);
      await pause(100);
    }
  })();
  for (const options of [[], ['--full'], []]) expect((await run('sync', ...options)).code).toBe(0);
  // What is on its way, to the index or to the standby, is no difference.
  await expectInStep();
  over.abort();
  await writing;
  const [row] = await sql('select pg_current_wal_insert_lsn()::text as lsn');
  await eventually(
    'the standby has it all',
    async () => {
      const [now] = await onStandby(`select pg_last_wal_replay_lsn() >= '${String(row?.['lsn'])}' as "has"`);
      return now?.['has'] === true;
    },
    30_000,
  );
  // More than a thousand deletions within ten minutes are for a sync to judge.
  await followed.untilFollowing(120_000);
  await expectInStep();
}, 300_000);

test('what the stream missed comes by a sync that waits for the standby', async () => {
  const { sql, untilFollowing, untilFound, shown } = followed;
  const { gaps_closed: before } = await shown();
  await sql(`truncate lines; insert into lines select i, 'after' from generate_series(1, 500) as i`);
  await endStream();
  await sql(`update orders set state = 'missed' where id = 7`);
  await followed.untilShown('the gap is closed', ({ gaps_closed }) => gaps_closed > before, 120_000);
  await untilFollowing(120_000);
  await untilFound('orders', 'state', { 7: 'missed' });
  await untilFound('lines', 'state', { 1: 'after', 500: 'after', 501: undefined, 1000: undefined });
  await expectInStep();
}, 300_000);

test('check tells of a primary that is none, and of another server', async () => {
  const { connector, reconfigure, run } = followed;
  const continuous = connector['continuous'] as Readonly<Record<string, unknown>>;
  await reconfigure({ continuous: { ...continuous, port: undefined, host: undefined } });
  const alone = await run('check');
  expect(alone.code).not.toBe(0);
  expect(alone.stdout + alone.stderr).toContain('changes are followed on its primary');
  const { port } = new URL(followed.database.url);
  const other = await createDatabase();
  await reconfigure({
    configuration: { ...connector.configuration, port: Number(new URL(standby.url).port) },
    continuous: { ...continuous, port: Number(new URL(other.url).port) },
  });
  const strange = await run('check');
  expect(strange.code).not.toBe(0);
  await other.drop();
  await reconfigure({ continuous: { ...continuous, port: Number(port) } });
  expect((await run('check')).code).toBe(0);
}, 180_000);

test('the primary is lost and the standby promoted: syncs go on, and the stream once it is led there', async () => {
  const { sql, reconfigure, startWorker, run, untilFollowing, untilFound } = followed;
  await startWorker();
  await untilFollowing(120_000);
  await sql(`update orders set state = 'on both' where id = 8`);
  await eventually(
    'the standby has it',
    async () => (await onStandby(`select 1 from orders where id = 8 and state = 'on both'`)).length === 1,
    30_000,
  );
  await sql(`update orders set state = 'only there' where id = 9`);
  await untilFound('orders', 'state', { 9: 'only there' });
  await primary.crash();
  const without = await run('sync');
  expect(without.code).not.toBe(0);
  expect(without.stdout + without.stderr).toContain(String(primary.port));
  await onStandby('select pg_promote()');
  expect((await run('sync')).code).toBe(0);
  await onStandby(`update orders set state = 'by the new primary' where id = 10`);
  await reconfigure({ continuous: { publication: 'pgferry_test', refresh_interval: '100ms' } });
  await startWorker();
  await untilFollowing(120_000);
  await untilFound('orders', 'state', { 10: 'by the new primary', 8: 'on both' });
  const [nine] = await onStandby('select state from orders where id = 9');
  await untilFound('orders', 'state', { 9: nine?.['state'] });
  await onStandby(`update orders set state = 'followed' where id = 11`);
  await untilFound('orders', 'state', { 11: 'followed' });
  await expectInStep();
}, 300_000);
