import { nameDeadLetters } from '../../src/sync/indices/index-naming';
import { countDifferences } from '../../src/verify/verification';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../support/elasticsearch';
import { expectInStep } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

const BY_KEY = {
  fieldNames: 'prefixed',
  id: 'key',
  json: 'flattened',
  excludeColumns: [],
  mapping: {},
  idColumns: {},
  rowSecurity: 'refused',
} as const;

const elasticsearch = connectElasticsearch();
let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table t (k text, n int, v text, primary key (k));
    insert into t select i::text, i, 'a' from generate_series(1, 50) as i;
    insert into t values ('', 51, 'empty'), ('%E', 52, 'like a mark'), ('a,b', 53, 'separated'), (repeat('é', 400), 54, 'long')`);
  connector = syncs.connect(database.url, { documents: BY_KEY });
});
afterEach(() => database.drop());
afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
});

async function listIds(): Promise<string[]> {
  await elasticsearch.indices.refresh({ index: connector.index });
  const { hits } = await elasticsearch.search({ index: connector.index, size: 1_000, _source: false });
  return hits.hits.map(({ _id: id }) => id ?? '').sort();
}

async function expectAllInStep(): Promise<void> {
  await expectInStep(connector, database.sql);
  expect(countDifferences(await connector.verify())).toBe(0);
}

test('are those of rows, through changes and deletions, whatever the keys hold', async () => {
  expect(await connector.sync()).toMatchObject({ indexed: 54 });
  const ids = await listIds();
  expect(ids).toEqual(expect.arrayContaining(['1', '50', '%E', '%25E', 'a%2Cb']));
  expect(ids.filter((id) => id.startsWith('%H'))).toHaveLength(1);
  await expectAllInStep();
  await database.sql(`delete from t where k in ('', '7', 'a,b'); update t set v = 'b' where n > 48`);
  expect(await connector.sync('incremental')).toMatchObject({ deleted: 3 });
  await expectAllInStep();
  await database.sql(`insert into t values ('', 51, 'again'); delete from t where n between 10 and 12`);
  expect(await connector.sync('full')).toMatchObject({ deleted: 3, indexed: 1 });
  await expectAllInStep();
  expect(await connector.sync('full', { rebuild: true })).toMatchObject({ status: 'completed' });
  await expectAllInStep();
});

test('leave no document of others: one that is there is refused, one that comes goes', async () => {
  await elasticsearch.index({ index: connector.index, id: 'theirs', document: { a: 1 }, refresh: true });
  await expect(connector.sync()).rejects.toThrow(/holds 1 document that connector .* did not write/u);
  expect(await listIds()).toEqual(['theirs']);
  await elasticsearch.delete({ index: connector.index, id: 'theirs', refresh: true });
  await connector.sync();
  await elasticsearch.index({ index: connector.index, id: 'theirs', document: { a: 1 }, refresh: true });
  expect(countDifferences(await connector.verify())).toBe(1);
  expect(await connector.sync('full')).toMatchObject({ deleted: 1 });
  await expectAllInStep();
});

test('need an index for each table, without other connectors', async () => {
  await database.sql('create table u (id int primary key)');
  await expect(connector.sync()).rejects.toThrow(/holds one table, and .* would hold 2: public\.t, public\.u/u);
  await database.sql('drop table u');
  await connector.sync();
  const other = syncs.connect(database.url, { index: connector.index });
  await expect(other.sync()).rejects.toThrow(
    /holds documents of connector .*; with documents\.id: key one has it alone/u,
  );
  await expectAllInStep();
});

test('are changed by a rebuild only', async () => {
  const { id, ...qualified } = BY_KEY;
  expect(id).toBe('key');
  connector.configure({ documents: qualified });
  await connector.sync();
  connector.configure({ documents: BY_KEY });
  await expect(connector.sync()).rejects.toThrow(/have connector, table and key as ids; .* keys of public\.t alone/u);
  await connector.sync('full', { rebuild: true });
  await expectAllInStep();
  connector.configure({ documents: qualified });
  await expect(connector.sync('incremental')).rejects.toThrow(/have the keys of public\.t alone as ids/u);
  await connector.sync('full', { rebuild: true });
  await expectAllInStep();
});

test('of two tables are apart in dead letters, too', async () => {
  const base = uniqueIndex('keys');
  await database.sql(`
    drop table t;
    create table one (id int primary key, body text); insert into one values (1, repeat('x', 2000)), (2, 'a');
    create table two (id int primary key, body text); insert into two values (1, repeat('x', 2000)), (2, 'a')`);
  const naming = `${base}-{table}`;
  connector = syncs.connect(database.url, {
    documents: BY_KEY,
    index: naming,
    indexNaming: naming,
    deadLetters: nameDeadLetters(naming, 'x'),
    limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 10, maxRowBytes: 1_024 },
  });
  try {
    expect(await connector.sync()).toMatchObject({ indexed: 2, rejected: 2 });
    expect(await elasticsearch.count({ index: `${base}-rejected` })).toMatchObject({ count: 2 });
    await database.sql(`update one set body = 'b' where id = 1`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
    await elasticsearch.indices.refresh({ index: `${base}-rejected` });
    expect(await elasticsearch.count({ index: `${base}-rejected` })).toMatchObject({ count: 1 });
    expect(countDifferences(await connector.verify())).toBe(0);
  } finally {
    await deleteIndices(elasticsearch, base);
  }
});
