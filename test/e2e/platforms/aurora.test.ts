import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readJson } from '../../support/command-line';
import { createConfiguredConnector } from '../../support/configured-connector';
import { elasticsearchUrl } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { expectInStep } from '../../support/expect-in-step';
import { startFaultyProxy } from '../../support/faulty-proxy';
import { type MortalPostgres, runSql, startMortalPostgres } from '../../support/mortal-postgres';
import { letRaise, revokeFromPublic } from '../../support/platforms/refuse-functions';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { countDocuments } from '../../support/read-documents';
import { makeTemporaryFolder } from '../../support/stack-process';
import { startSyncs } from '../../support/start-syncs';
import type { PrintedReport } from '../../support/synced-connector';

/** What Amazon Aurora refuses unless `rds.logical_replication` is on, and what hardened roles may not ask. */
const UNTOLD_LOG = ['pg_current_wal_lsn', 'pg_current_wal_insert_lsn', 'pg_current_wal_flush_lsn', 'pg_walfile_name'];
const NOT_FOR_ALL = ['pg_control_system', 'pg_control_checkpoint', 'pg_prepared_xacts', 'pg_stat_activity'];

const ROWS = 1_000;

let folder: string;
let server: MortalPostgres;
let database: TestDatabase;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  server = await startMortalPostgres(join(folder, 'data'), { wal_level: 'replica', track_commit_timestamp: 'off' });
});

beforeEach(async () => {
  database = await createDatabase(server.url);
  await letRaise(database, { state: '55000', message: 'wal_level must be set to logical' }, ...UNTOLD_LOG);
  await database.sql(`
    create table t (id integer primary key, v text);
    insert into t select n, 'v' from generate_series(1, ${ROWS}) as n`);
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

test('A server that tells nothing optional takes syncs of every kind, and a killed worker', async () => {
  await revokeFromPublic(database, ...NOT_FOR_ALL);
  const role = `${database.name}_reader`;
  await database.sql(`create role ${role} login password 'not to be shown'; grant select on t to ${role}`);
  const proxy = await startFaultyProxy(elasticsearchUrl());
  const configured = await createConfiguredConnector({
    database,
    source: { username: role, password: 'not to be shown' },
    elasticsearch: { host: proxy.url },
  });
  const sync = async (...args: readonly string[]) =>
    readJson<PrintedReport>(await configured.run('sync', '--json', ...args));

  const checked = await configured.ask('check');
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.stderr.match(/warning PostgreSQL.*?(?= \(|,)/gu)).toEqual([
    expect.stringContaining('track_commit_timestamp is off'),
    expect.stringContaining('does not tell where its log stands'),
    expect.stringContaining('does not tell its system identifier'),
    expect.stringContaining('does not tell which transactions are prepared'),
    expect.stringContaining('does not tell which transactions are open'),
  ]);

  const worker = await configured.startWorker();
  expect(await sync('--full')).toMatchObject({ status: 'completed', indexed: ROWS });
  await database.sql(`delete from t where id <= 10; update t set v = 'changed' where id = 11`);
  expect(await sync('--incremental')).toMatchObject({ status: 'completed', indexed: 1, deleted: 10 });

  let isHeld = false;
  proxy.fault = ({ url }) => {
    if (!url.includes('_bulk')) return undefined;
    isHeld = true;
    return { status: 429 };
  };
  const rebuild = configured.start('sync', '--rebuild', '--json');
  await eventually('a bulk is held', () => isHeld);
  worker.child.kill('SIGKILL');
  await worker.finished;
  proxy.fault = () => undefined;
  await configured.startWorker();
  expect(readJson(await rebuild.finished)).toMatchObject({ status: 'completed', indexed: ROWS - 10 });

  expect(await configured.ask('verify')).toMatchObject({ code: 0 });
  expect(await countDocuments(configured.connector.index_name)).toBe(ROWS - 10);
  await configured.close();
  await proxy.close();
});

/** Gives out transaction ids and leaves nothing in the log that anybody waits for. */
const ROLLED_BACK = `do $$ begin
  for i in 1..50 loop
    begin update t set v = 'never' where id = 1; raise 'undo'; exception when others then null; end;
  end loop;
  raise 'undo all';
end $$`;

test('Its crash gives no transaction id out again that a watermark is above', async () => {
  const syncs = await startSyncs();
  const connector = syncs.connect(database.url);
  await connector.sync();
  await expect(database.sql(ROLLED_BACK)).rejects.toThrow('undo all');
  let hasCrashed = false;
  connector.hook({
    after: {
      planSync: async () => {
        if (hasCrashed) return;
        hasCrashed = true;
        await server.crash();
        await server.start();
      },
    },
  });
  await connector.sync('incremental');
  const sql = (text: string) => runSql(database.url, text);
  await sql(`update t set v = 'after the crash' where id = 7`);
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
  await expectInStep(connector, sql);
  await syncs.stop();
});
