import { createServer, type Server, type Socket } from 'node:net';

import type { SourceSettings } from '../../../src/config/settings/settings';
import { closeSource, openSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { probeSource } from '../../../src/postgres/server/probe-source';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource, sourceSettings } from '../../support/source';

let database: TestDatabase;
let source: Source;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

test('a server tells who it is', async () => {
  const [expected] = await database.sql(`select system_identifier::text as id,
    current_setting('server_version_num')::int as version from pg_control_system()`);
  expect(await probeSource(source)).toEqual({
    versionNumber: expected?.['version'],
    inRecovery: false,
    trackCommitTimestamp: true,
    identity: { systemIdentifier: expected?.['id'], database: database.name, timeline: 1 },
  });
});

test('a role that may not ask for the system identifier still gets an identity', async () => {
  const role = `${database.name}_plain`;
  await database.sql(`create role ${role} login password 'x';
    revoke execute on function pg_control_system(), pg_control_checkpoint() from public`);
  const reader = openTestSource(database, { username: role, password: 'x' });
  const { identity } = await probeSource(reader);
  expect(identity.systemIdentifier).toMatch(/^oid-\d+$/);
  await closeSource(reader);
  await database.sql(
    `grant execute on function pg_control_system(), pg_control_checkpoint() to public; drop role ${role}`,
  );
});

describe('a transaction', () => {
  test('prints values the same whatever the defaults of database and role are', async () => {
    await database.sql(`
      alter database ${database.name} set timezone = 'Asia/Tokyo';
      alter database ${database.name} set datestyle = 'German, DMY';
      alter database ${database.name} set intervalstyle = 'postgres_verbose';
      alter database ${database.name} set bytea_output = 'escape';
      alter database ${database.name} set extra_float_digits = 0;
      alter database ${database.name} set search_path = 'nowhere'`);
    const fresh = openTestSource(database);
    const [row] = await withTransaction(fresh, (tx) =>
      tx.query(`select '2024-02-29 12:00:00+00'::timestamptz::text as t, '1 day 2 hours'::interval::text as i,
        '\\xff'::bytea::text as b, (0.1::float8 + 0.2::float8)::text as f, current_setting('search_path') as p`),
    );
    await closeSource(fresh);
    expect(row).toEqual({
      t: '2024-02-29 12:00:00+00',
      i: 'P1DT2H',
      b: '\\xff',
      f: '0.30000000000000004',
      p: 'pg_catalog',
    });
  });

  test('can not write', async () => {
    const writing = withTransaction(source, (tx) => tx.query('create table t (id int)'));
    await expect(writing).rejects.toMatchObject({ message: expect.stringContaining('25006') as string });
  });

  test('has its snapshot and its settings to itself', async () => {
    await withTransaction(source, (tx) => tx.query('select 1'), { searchPath: ['public'] });
    const [row] = await withTransaction(source, (tx) => tx.query(`select current_setting('search_path') as path`));
    expect(row).toEqual({ path: 'pg_catalog' });
  });
});

describe('a connection that fails', () => {
  async function failureOf(changes: Partial<SourceSettings>): Promise<unknown> {
    const failing = openSource(sourceSettings(database, changes), {
      maxConnections: 1,
      applicationName: 'pgferry test',
    });
    const failure = await probeSource(failing).catch((error: unknown) => error);
    await closeSource(failing);
    return failure;
  }

  test('for a wrong password or role blames authentication', async () => {
    expect(await failureOf({ password: 'wrong' })).toMatchObject({ type: 'SourceAuthentication' });
    expect(await failureOf({ username: 'nobody_here' })).toMatchObject({ type: 'SourceAuthentication' });
  });

  test('for a database that does not exist blames the configuration', async () => {
    expect(await failureOf({ database: 'nowhere' })).toMatchObject({ type: 'InvalidConfig' });
  });

  test('because nobody listens can be tried again', async () => {
    expect(await failureOf({ port: 1 })).toMatchObject({ type: 'SourceUnavailable', retryable: true });
  });

  test('because the host is unknown can be tried again', async () => {
    expect(await failureOf({ host: 'nowhere.invalid' })).toMatchObject({ type: 'SourceUnavailable' });
  });

  test('because the server has no TLS says so', async () => {
    // The server's answer to SSLRequest: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
    const { server, port } = await listen((socket) => socket.once('data', () => socket.write('N')));
    expect(await failureOf({ port, host: '127.0.0.1', tls: { mode: 'require' } })).toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringContaining('speaks no TLS') as string,
    });
    server.close();
  });

  test('because nothing answers gives up after the time for connecting', async () => {
    const { server, port } = await listen(() => undefined);
    const started = Date.now();
    const settings = { port, host: '127.0.0.1', connectTimeoutMs: 500 };
    expect(await failureOf(settings)).toMatchObject({ type: 'SourceUnavailable' });
    // With the time that other tests give it, it would take 10 s.
    expect(Date.now() - started).toBeLessThan(10_000);
    server.close();
  });

  test('while it is used can be tried again, and the next one works', async () => {
    const killed = withTransaction(source, async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.sql('select pg_terminate_backend($1)', [row?.pid]);
      await tx.query('select 1');
    });
    await expect(killed).rejects.toMatchObject({ type: 'SourceUnavailable' });
    expect(await withTransaction(source, (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  });

  async function listen(serve: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
  }
});
