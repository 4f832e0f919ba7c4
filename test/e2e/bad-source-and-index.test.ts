import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';

import { expectClearMessage } from '../support/clear-message';
import { readJson, runInProcess, type RunningCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { countDocuments } from '../support/read-documents';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const PASSWORD = 'hunter2-must-not-show';
const role = `reader_${randomBytes(6).toString('hex')}`;

/** What is wrong, and how a message must speak of it. */
interface Trouble {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly code: number;
  readonly names: readonly string[];
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'a wrong password': {
    configuration: { password: 'wrong-hunter2-must-not-show' },
    type: 'SourceAuthentication',
    code: 1,
    names: [role, 'password'],
  },
  'no such database': {
    configuration: { database: 'no_such_database' },
    type: 'InvalidConfig',
    code: 2,
    names: ['no_such_database', 'database'],
  },
  'no such schema': {
    configuration: { schema: 'no_such_schema' },
    type: 'InvalidConfig',
    code: 2,
    names: ['no_such_schema', 'schema'],
  },
  'no such table': {
    configuration: { tables: 'no_such_table' },
    type: 'RelationMissing',
    code: 1,
    names: ['no_such_table', 'tables'],
  },
  'no permission on a table': {
    configuration: { tables: 'secrets' },
    type: 'SourcePermission',
    code: 1,
    names: [role, 'public.secrets', 'grant'],
  },
  'no permission on a schema': {
    configuration: { schema: 'closed' },
    type: 'SourcePermission',
    code: 1,
    names: [role, 'closed', 'grant'],
  },
  'no permission on a schema whose tables are named': {
    configuration: { schema: 'closed', tables: 'orders' },
    type: 'SourcePermission',
    code: 1,
    names: [role, 'usage on schema closed', 'grant'],
  },
  'an index that maps a field otherwise': {
    configuration: { tables: 'orders' },
    type: 'MappingConflict',
    code: 1,
    names: ['public_orders_amount', 'keyword', 'double'],
  },
};
const names = Object.keys(TROUBLES);

let database: TestDatabase;
let elasticsearch: Client;
let worker: RunningCommand;
let file: string;
const connectors = new Map<string, ConnectorEntry>();
const entryOf = (name: string): ConnectorEntry => connectors.get(name) ?? entryOf('healthy');

beforeAll(async () => {
  database = await createDatabase();
  elasticsearch = connectElasticsearch();
  await database.sql(`
    create role ${role} login password '${PASSWORD}';
    create table orders (id integer primary key, amount numeric(10, 2));
    insert into orders values (1, 9.99), (2, 19.99);
    create table secrets (id integer primary key);
    create schema closed;
    create table closed.orders (id integer primary key);
    create schema odd;
    create table odd.keyless (id integer);
    create table odd.empty (id integer primary key);
    grant usage on schema odd to ${role};
    grant select on orders, odd.keyless, odd.empty, closed.orders to ${role};`);
  for (const [name, { configuration }] of Object.entries(TROUBLES)) addConnector(name, configuration);
  addConnector('healthy', { tables: 'orders' });
  addConnector('odd tables', { schema: 'odd' });
  await elasticsearch.indices.create({
    index: entryOf('an index that maps a field otherwise').index_name,
    mappings: { properties: { public_orders_amount: { type: 'keyword' } } },
  });
  file = writeConfiguration({ connectors: [...connectors.values()] });
  worker = await startWorkerProcess(file);
});

function addConnector(name: string, configuration: Readonly<Record<string, unknown>>): void {
  connectors.set(name, connectorEntry(database, { username: role, password: PASSWORD, ...configuration }));
}

afterAll(async () => {
  await stopCommand(worker);
  await Promise.all([...connectors.values()].map(({ index_name: index }) => deleteIndices(elasticsearch, index)));
  await elasticsearch.close();
  await database.sql(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
});

/** All indices of a connector with their documents, settings and mappings. */
async function describeIndices(name: string): Promise<unknown> {
  const index = `${entryOf(name).index_name}*`;
  const found = await elasticsearch.indices.get({ index, expand_wildcards: 'all' });
  return { found, documents: await countDocuments(index) };
}

describe('a source or an index that can’t be used', () => {
  test('is told for every connector at once by check, with its remedy', async () => {
    const checked = await runInProcess(['check', '--json', '-c', file]);
    expect(checked.code).toBe(2);
    const { checked: list } = readJson<{
      checked: { connector_id: string; problems: { type: string; message: string; remedy: string }[] }[];
    }>(checked);
    const problemsOf = (name: string) =>
      list.find(({ connector_id: id }) => id === entryOf(name).connector_id)?.problems ?? [];
    for (const [name, { type, names: wanted }] of Object.entries(TROUBLES)) {
      const problems = problemsOf(name);
      expect([name, problems.map((problem) => problem.type)]).toEqual([name, [type]]);
      for (const part of wanted) expect(JSON.stringify(problems).replaceAll('\\', '')).toContain(part);
    }
    expect([...problemsOf('healthy'), ...problemsOf('odd tables')]).toEqual([]);
    expect(checked.stdout).not.toContain(PASSWORD);
  });

  test.each(names)('%s: plan and sync end with one message, and change nothing', async (name) => {
    const { code, type, names: wanted } = TROUBLES[name] ?? { code: 0, type: '', names: [] };
    const { connector_id: id } = entryOf(name);
    const before = await describeIndices(name);
    const clear = { code, names: wanted, secrets: [PASSWORD] };
    expectClearMessage(await runInProcess(['plan', id, '-c', file]), clear);
    const synced = await runInProcess(['sync', id, '-c', file]);
    expectClearMessage(synced, clear);
    expect(synced.stderr).toContain(type);
    expect(await describeIndices(name)).toEqual(before);
  });
});

describe('tables that are odd', () => {
  test('skips one without a primary key and says so, and takes one without rows', async () => {
    const { connector_id: id, index_name: index } = entryOf('odd tables');
    const planned = await runInProcess(['plan', id, '-c', file]);
    expect(planned).toMatchObject({ code: 0, stderr: expect.stringMatching(/odd\.keyless: .*primary key/u) as string });
    const synced = await runInProcess(['sync', id, '-c', file]);
    expect(synced).toMatchObject({ code: 0, stderr: expect.stringMatching(/odd\.keyless: .*primary key/u) as string });
    const document = readJson(await runInProcess(['sync', id, '--json', '-c', file]));
    expect(document).toMatchObject({
      status: 'completed',
      indexed: 0,
      relations: [{ relation: 'odd.empty', read: 0 }],
      skipped: [{ relation: 'odd.keyless' }],
    });
    expect(await countDocuments(index)).toBe(0);
  });

  test('syncs a healthy connector beside all the others', async () => {
    const { connector_id: id, index_name: index } = entryOf('healthy');
    expect(readJson(await runInProcess(['sync', id, '--json', '-c', file]))).toMatchObject({ indexed: 2 });
    expect(await countDocuments(index)).toBe(2);
  });
});
