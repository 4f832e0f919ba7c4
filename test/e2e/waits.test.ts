import { type RunningCommand, startCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { monitoringUrl, scrape } from '../support/scrape';
import { lockTables, type TableLock } from '../support/table-lock';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const elasticsearch = connectElasticsearch();
let database: TestDatabase;
let connector: ConnectorEntry;
let file: string;
let worker: RunningCommand;
let lock: TableLock | undefined;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table item (id int primary key, v text);
    insert into item select i, 'a' from generate_series(1, 20) as i`);
  connector = connectorEntry(database, { lock_timeout: 60 });
  file = writeConfiguration({ connectors: [connector], monitoring: { address: '127.0.0.1:0' } });
  worker = await startWorkerProcess(file);
  expect((await start('sync').finished).code).toBe(0);
});
afterEach(async () => {
  await lock?.release();
  lock = undefined;
});
afterAll(async () => {
  await stopCommand(worker);
  await deleteIndices(elasticsearch, connector.index_name);
  await elasticsearch.close();
  await database.drop();
});

const start = (...args: readonly string[]) => startCommand([...args, '-c', file]);

/** Waits until a command says something; what it said instead is told where it doesn't. */
async function said(command: RunningCommand, what: RegExp): Promise<void> {
  try {
    await eventually(`it says ${String(what)}`, () => what.test(command.stderr()));
  } catch {
    expect(command.stderr()).toMatch(what);
  }
}

describe('while a table is locked', () => {
  const lockedBy = (processId: number) =>
    new RegExp(
      `waits for a lock on public\\.item, held by process ${processId} since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ`,
      'u',
    );

  test('sync, jobs show and the metrics say who holds the lock, and the sync goes on by itself', async () => {
    lock = await lockTables(database, 'item');
    const told = lockedBy(lock.processId);
    const sync = start('sync', '--json');
    await said(sync, told);
    expect(sync.stderr().match(new RegExp(told, 'gu'))).toHaveLength(1);

    const shown = await start('jobs', 'show', '--json').finished;
    const { pending } = JSON.parse(shown.stdout) as { pending: { waits?: { kind: string; reason: string }[] }[] };
    expect(pending.flatMap(({ waits = [] }) => waits)).toMatchObject([
      { kind: 'lock', reason: expect.stringContaining(`process ${lock.processId}`) as string },
    ]);
    expect((await start('jobs', 'show').finished).stderr).toMatch(told);
    const metric = `pgferry_waits{connector="${connector.connector_id}",kind="lock"}`;
    const url = await monitoringUrl(worker);
    expect((await scrape(url)).get(metric)).toBe(1);

    await lock.release();
    const { code, stdout } = await sync.finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
    expect((await scrape(url)).get(metric)).toBe(0);
  });

  test('check, plan and verify say so as well', async () => {
    lock = await lockTables(database, 'item');
    const commands = ['check', 'plan', 'verify'].map((command) => start(command));
    for (const command of commands) await said(command, lockedBy(lock.processId));
    await lock.release();
    for (const command of commands) expect((await command.finished).code).toBe(0);
  });
});

describe('while an index takes no writes', () => {
  test('a sync says from the second failed attempt on what blocks it, what to do and when it tries again', async () => {
    const block = (value: boolean | null) =>
      elasticsearch.indices.putSettings({ index: connector.index_name, settings: { 'index.blocks.write': value } });
    await block(true);
    await database.sql(`update item set v = 'b'`);
    const sync = start('sync');
    await said(
      sync,
      /copyPartitions: attempt 2 failed: Elasticsearch blocks writing to .*index write.* \(DestinationBlocked\) → Take the block off: PUT \/.*\/_settings \{"index\.blocks\.write":null\}.*; (?:next try at \d{4}-|it is tried again now)/u,
    );
    await block(null);
    expect((await sync.finished).code).toBe(0);
    expect(sync.stderr().match(/attempt \d+ failed/gu)).toHaveLength(1);
  });
});

describe('while a role may have no more connections', () => {
  test('a sync says so, and goes on when it may', async () => {
    const role = `limited_${database.name}`;
    await database.sql(`create role ${role} login password 'x' connection limit 1; grant select on item to ${role}`);
    const limited = connectorEntry(database, { username: role, password: 'x' });
    const ofLimited = writeConfiguration({ connectors: [limited] });
    const limitedWorker = await startWorkerProcess(ofLimited);
    try {
      const sync = startCommand(['sync', '-c', ofLimited]);
      await said(
        sync,
        /planSync: attempt 2 failed: .*too many connections for role .*\(SourceUnavailable\) → Close other connections, or allow more: alter role/u,
      );
      await database.sql(`alter role ${role} connection limit 10`);
      expect((await sync.finished).code).toBe(0);
    } finally {
      await stopCommand(limitedWorker);
      await deleteIndices(elasticsearch, limited.index_name);
      await database.sql(`drop owned by ${role}; drop role ${role}`);
    }
  });
});
