import { Client } from 'pg';

import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { findSourceWarnings } from '../../../src/postgres/server/find-source-warnings';
import type { LocalServer } from '../../../src/stack/processes/local-server';
import { startPostgres } from '../../../src/stack/servers/start-postgres';
import { runInProcess } from '../../support/command-line';
import { connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { eventually } from '../../support/eventually';
import { createDatabase, ownServer, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

// Of its own: without commit timestamps, and without the transactions of other tests.
let server: LocalServer;
let database: TestDatabase;
let source: Source;

beforeAll(async () => {
  const own = ownServer();
  server = await startPostgres({ ...own, settings: { ...own.settings, track_commit_timestamp: 'off' } });
  database = await createDatabase(server.url);
  source = openTestSource(database);
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
  await server.stop();
});

const messagesOf = async (forgottenAfterS?: number) =>
  (await findSourceWarnings(source, forgottenAfterS)).map(({ message, remedy }) => `${message} → ${remedy}`);

test('A source without commit timestamps is warned of, also by check, and no problem', async () => {
  expect(await messagesOf(0)).toEqual([expect.stringMatching(/track_commit_timestamp is off.* → Set/u)]);
  await database.sql('create table t (id integer primary key)');
  const file = writeConfiguration({ connectors: [connectorEntry(database)] });
  const { code, stderr } = await runInProcess(['check', '-c', file]);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/✓ e2e-.*\n {4}warning PostgreSQL: track_commit_timestamp is off/u) as string,
  });
});

test('Transactions that write and stay open are warned of, with how to end them, and readers are not', async () => {
  await database.sql(`begin; select txid_current(); prepare transaction 'it''s forgotten'`);
  const writer = new Client({ connectionString: database.url });
  const reader = new Client({ connectionString: database.url });
  await Promise.all([writer.connect(), reader.connect()]);
  await reader.query('begin; select 1');
  await writer.query('begin; select txid_current()');
  const { rows } = await writer.query<{ pid: number }>('select pg_backend_pid() as pid');
  const forgotten = await messagesOf(0);
  const young = await messagesOf();
  await Promise.all([writer.end(), reader.end()]);
  await database.sql(`rollback prepared 'it''s forgotten'`);
  expect(forgotten).toHaveLength(3);
  expect(forgotten).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /prepared transaction 'it''s forgotten' is open since .*`rollback prepared 'it''s forgotten'`/u,
      ),
      expect.stringContaining(`\`select pg_terminate_backend(${rows[0]?.pid ?? 0})\``),
    ]),
  );
  expect(young).toHaveLength(1);
  await eventually('there is none any more', async () => (await messagesOf(0)).length === 1);
});
