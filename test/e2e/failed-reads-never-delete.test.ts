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
const TABLES = ['kept', 'gone', 'closed', 'keyless'] as const;

let database: TestDatabase;
let elasticsearch: Client;
const workers: RunningCommand[] = [];
const indices: string[] = [];

beforeAll(async () => {
  database = await createDatabase();
  elasticsearch = connectElasticsearch();
  await database.sql(`create role ${role} login password '${PASSWORD}'`);
});

afterAll(async () => {
  await Promise.all(workers.map(stopCommand));
  await Promise.all(indices.map((index) => deleteIndices(elasticsearch, index)));
  await elasticsearch.close();
  await database.sql(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
});

/** A configuration file with one connector, and a worker that polls for it. */
async function configure(connector: ConnectorEntry): Promise<string> {
  const file = writeConfiguration({ connectors: [connector] });
  workers.push(await startWorkerProcess(file));
  indices.push(connector.index_name);
  return file;
}

function reader(configuration: Readonly<Record<string, unknown>>): ConnectorEntry {
  return connectorEntry(database, { username: role, password: PASSWORD, ...configuration });
}

async function syncJson(file: string, ...options: string[]): Promise<unknown> {
  return readJson(await runInProcess(['sync', '--json', '-c', file, ...options]));
}

/** Documents by table. */
async function countByTable({ index_name: index }: ConnectorEntry): Promise<Record<string, number>> {
  const tables = await Promise.all(
    TABLES.map(async (table) => [table, await countDocuments(index, { term: { table } })] as const),
  );
  return Object.fromEntries(tables);
}

const ALL_THERE = { kept: 10, gone: 10, closed: 10, keyless: 10 };

describe.each([
  ['every table of a schema', '*', 'RelationMissing'],
  ['tables by their names', TABLES.join(', '), 'SourcePermission'],
])('a table that is lost to a connector of %s', (_, tables, withoutGrant) => {
  let schema: string;
  let entry: ConnectorEntry;
  let file: string;

  beforeEach(async () => {
    schema = `shop_${randomBytes(6).toString('hex')}`;
    const definitions = TABLES.map(
      (table) => `create table ${schema}.${table} (id integer primary key, name text not null);
        insert into ${schema}.${table} select n, 'row ' || n from generate_series(1, 10) as n;`,
    );
    await database.sql(`create schema ${schema}; ${definitions.join('')}
      grant usage on schema ${schema} to ${role}; grant select on all tables in schema ${schema} to ${role};`);
    entry = reader({ schema, tables });
    file = await configure(entry);
    expect(await syncJson(file)).toMatchObject({ status: 'completed', indexed: 40 });
  });

  async function expectRefused(type: string, names: readonly string[], ...options: string[]): Promise<void> {
    const refused = await runInProcess(['sync', '-c', file, ...options]);
    expectClearMessage(refused, { code: 1, names: [...names, type], secrets: [PASSWORD] });
    expect(await countByTable(entry)).toEqual(ALL_THERE);
    expectClearMessage(await runInProcess(['plan', '-c', file]), { code: 1, names: [...names] });
  }

  test('keeps its documents when its primary key is dropped', async () => {
    await database.sql(`alter table ${schema}.keyless drop constraint keyless_pkey`);
    await expectRefused('RelationMissing', [`${schema}.keyless`, 'primary key', '--forget']);
  });

  test('keeps its documents when the grant is revoked', async () => {
    await database.sql(`revoke select on ${schema}.closed from ${role}`);
    await expectRefused(withoutGrant, [`${schema}.closed`, role, 'grant']);
  });

  test('keeps its documents when it is dropped', async () => {
    await database.sql(`drop table ${schema}.gone`);
    await expectRefused('RelationMissing', ['gone', 'tables']);
  });

  test('is not forgotten under a name that is none of its, nor while it can be read', async () => {
    await database.sql(`drop table ${schema}.gone`);
    const unknown = await runInProcess(['sync', '-c', file, '--forget', `${schema}.gonne`]);
    expectClearMessage(unknown, { code: 2, names: [`${schema}.gonne`, `${schema}.gone`] });
    const readable = await runInProcess(['sync', '-c', file, '--forget', `${schema}.gone`, `${schema}.kept`]);
    expectClearMessage(readable, { code: 2, names: [`${schema}.kept`, 'tables'] });
    expect(await countByTable(entry)).toEqual(ALL_THERE);
  });

  test('loses its documents, and nothing else does, by --forget', async () => {
    await database.sql(`drop table ${schema}.gone`);
    const report = await syncJson(file, '--forget', `${schema}.gone`);
    expect(report).toMatchObject({ status: 'completed', indexed: 0, deleted: 10 });
    expect(await countByTable(entry)).toEqual({ ...ALL_THERE, gone: 0 });
  });
});

describe('a table taken out of the file', () => {
  test('loses its documents by the next sync, many of them only with consent', async () => {
    await database.sql(`
      create schema shrinking;
      create table shrinking.small (id integer primary key);
      create table shrinking.large (id integer primary key);
      create table shrinking.kept (id integer primary key);
      insert into shrinking.small select generate_series(1, 5);
      insert into shrinking.large select generate_series(1, 3000);
      insert into shrinking.kept select generate_series(1, 7);`);
    const entry = connectorEntry(database, { schema: 'shrinking', tables: 'small, large, kept' });
    const without = (tables: string) => ({ ...entry, configuration: { ...entry.configuration, tables } });
    const all = await configure(entry);
    expect(await syncJson(all)).toMatchObject({ status: 'completed', indexed: 3_012 });

    const withoutSmall = await configure(without('large, kept'));
    expect(await syncJson(withoutSmall)).toMatchObject({ status: 'completed', indexed: 0, deleted: 5 });

    const keptOnly = await configure(without('kept'));
    const refused = await runInProcess(['sync', '-c', keptOnly]);
    const names = ['MassDeletionRefused', 'shrinking.large', '3000 of 3007', '--allow-mass-delete'];
    expectClearMessage(refused, { code: 1, names });
    expect(await countDocuments(entry.index_name)).toBe(3_007);

    expect(await syncJson(keptOnly, '--allow-mass-delete')).toMatchObject({ status: 'completed', deleted: 3_000 });
    expect(await countDocuments(entry.index_name)).toBe(7);
  });
});

describe('most rows of a table deleted', () => {
  test('takes their documents only with consent', async () => {
    await database.sql(`
      create schema thinned;
      create table thinned.rows (id integer primary key);
      insert into thinned.rows select generate_series(1, 3000);`);
    const entry = connectorEntry(database, { schema: 'thinned' });
    const file = await configure(entry);
    expect(await syncJson(file)).toMatchObject({ status: 'completed', indexed: 3_000 });

    await database.sql('delete from thinned.rows where id <= 1800');
    for (const type of ['--full', '--incremental']) {
      const refused = await runInProcess(['sync', type, '-c', file]);
      const names = ['MassDeletionRefused', 'thinned.rows', '1800 of 3000', 'max_delete_ratio', '--allow-mass-delete'];
      expectClearMessage(refused, { code: 1, names });
      expect(await countDocuments(entry.index_name)).toBe(3_000);
    }

    const report = await syncJson(file, '--allow-mass-delete');
    expect(report).toMatchObject({ status: 'completed', indexed: 0, deleted: 1_800 });
    expect(await countDocuments(entry.index_name)).toBe(1_200);
  });
});
