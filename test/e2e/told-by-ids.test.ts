import type { Client, estypes } from '@elastic/elasticsearch';

import { renderVerification } from '../../src/cli/output/render-verification';
import type { JobType } from '../../src/sync/job';
import { type ConnectorEntry, connectorEntry } from '../support/configuration-file';
import { connectElasticsearch } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { startSyncHarness, type SyncHarness } from '../support/sync-harness';

let harness: SyncHarness;
let elasticsearch: Client;
let database: TestDatabase;
let entry: ConnectorEntry;

beforeAll(async () => {
  harness = await startSyncHarness();
  elasticsearch = connectElasticsearch();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`create table item (id int primary key, v text);
    insert into item select i, 'v' from generate_series(1, 100) as i`);
  entry = connectorEntry(database);
  await sync();
});
afterEach(() => database.drop());
afterAll(async () => {
  await harness.stop();
  await elasticsearch.close();
});

const sync = (jobType: JobType = 'full') => harness.sync(entry, { jobType });
const idOf = (key: number, relation = 'public.item') => `${entry.connector_id}:${relation}:${key}`;
const ids = async () => (await harness.documents(entry)).map(({ _id }) => _id);

/** Writes over a document's fields, as a pipeline or a person may. */
async function overwrite(id: string, change: (source: Record<string, unknown>) => Record<string, unknown>) {
  const index = entry.index_name;
  const { _source: source = {} } = await elasticsearch.get<Record<string, unknown>>({ index, id });
  await elasticsearch.index({ index, id, document: change(source), refresh: true });
}

const withoutRelation = (source: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(source).filter(([field]) => field !== '_relation'));
const ofAnother = (source: Record<string, unknown>) => ({ ...source, _relation: 'another/public.item' });
const ofAnotherTable = (source: Record<string, unknown>) => ({
  ...source,
  _relation: `${entry.connector_id}/public.other`,
});
const withoutBucket = (source: Record<string, unknown>) => ({ ...source, _bucket: 70_000 });

describe('whose a document is, its id says', () => {
  test.each<[string, typeof withoutRelation, JobType]>([
    ['lacks the field of its relation', withoutRelation, 'incremental'],
    ['says that it is of another connector', ofAnother, 'full'],
    ['says that it is of another table', ofAnotherTable, 'incremental'],
  ])('a document that %s is deleted with its row, and put right while it has one', async (_, change, jobType) => {
    for (const key of [1, 2]) await overwrite(idOf(key), change);
    await database.sql('delete from item where id = 1');
    expect(await harness.verify(entry)).toMatchObject({
      relations: [{ relation: 'public.item', rows: 99, documents: 100, missing: 0, changed: 1, extra: 1 }],
    });

    const report = await sync(jobType);
    expect(report).toMatchObject({ status: 'completed', deleted: 1 });
    expect(await ids()).not.toContain(idOf(1));
    expect(await harness.verify(entry)).toMatchObject({ differences: [], foreign: 0 });
    expect(await sync(jobType)).toMatchObject({ indexed: 0, deleted: 0, unchanged: 99 });
  });

  test('documents of others stay, and make nothing wrong, whatever their fields say', async () => {
    const document = { _relation: `${entry.connector_id}/public.item`, _bucket: 5, id: 'x' };
    await elasticsearch.index({ index: entry.index_name, id: 'x', document, refresh: true });
    await elasticsearch.index({ index: entry.index_name, id: 'y', document: { id: 'y' }, refresh: true });
    await database.sql('delete from item where id = 1');
    expect(await sync('incremental')).toMatchObject({ status: 'completed', deleted: 1, indexed: 0 });
    expect(await ids()).toEqual(expect.arrayContaining(['x', 'y']));
    expect(await harness.verify(entry)).toMatchObject({ differences: [], foreign: 2, relations: [{ documents: 99 }] });
  });

  test('documents of a relation that is not synced any more go, although their fields do not say so', async () => {
    await database.sql('create table other (id int primary key); insert into other values (1), (2)');
    await sync();
    await overwrite(idOf(1, 'public.other'), withoutRelation);
    entry = { ...entry, configuration: { ...entry.configuration, tables: 'item' } };
    expect(await harness.verify(entry)).toMatchObject({ relations: [{}, { relation: 'public.other', extra: 2 }] });
    expect(await sync('incremental')).toMatchObject({ deleted: 2 });
    expect(await harness.verify(entry)).toMatchObject({ differences: [] });
  });
});

test.each<JobType>(['full', 'incremental'])(
  'a document under an id that no row can have goes by a sync that is %s',
  async (jobType) => {
    const document = { _relation: `${entry.connector_id}/public.item`, _bucket: 5 };
    const id = `${idOf(1)}\0`;
    await elasticsearch.bulk({
      index: entry.index_name,
      refresh: true,
      operations: [{ index: { _id: id } }, document],
    });
    await elasticsearch.bulk({
      index: entry.index_name,
      refresh: true,
      operations: [{ index: { _id: `${idOf(2)}\0` } }, {}],
    });
    expect(await harness.verify(entry)).toMatchObject({
      relations: [{ rows: 100, documents: 102, missing: 0, extra: 2 }],
    });
    expect(await sync(jobType)).toMatchObject({ status: 'completed', indexed: 0, deleted: 2 });
    expect(await harness.verify(entry)).toMatchObject({ differences: [] });
  },
);

test('a rebuild takes the place of no index with a document of somebody else, although its fields were copied', async () => {
  const { index_name: index } = entry;
  const { _source: source = {} } = await elasticsearch.get<object>({ index, id: idOf(1) });
  await elasticsearch.index({ index, id: 'copy', document: source, refresh: true });
  const rebuilt = harness.sync(entry, { options: { rebuild: true } });
  await expect(rebuilt).rejects.toThrow('holds 1 document that connector');
  expect(await ids()).toContain('copy');
});

test('a rebuild goes on where a document lacks the fields of its connector', async () => {
  await overwrite(idOf(1), withoutRelation);
  expect(await harness.sync(entry, { options: { rebuild: true } })).toMatchObject({
    status: 'completed',
    indexed: 100,
  });
  expect(await harness.verify(entry)).toMatchObject({ differences: [], foreign: 0 });
});

test('verify finds a document by its id in whatever part of the index its fields put it', async () => {
  await overwrite(idOf(1), withoutBucket);
  await overwrite(idOf(2), (source) => ({ ...source, _bucket: 1_023 - Number(source['_bucket']) }));
  expect(await harness.verify(entry)).toMatchObject({
    relations: [{ rows: 100, documents: 100, missing: 0, changed: 2, extra: 0 }],
  });
});

test('a copy under another id that stands for a deleted document is named by verify, with a remedy that works', async () => {
  const index = entry.index_name;
  const { _source: document } = await elasticsearch.get<object>({ index, id: idOf(7) });
  await elasticsearch.index({ index, id: 'a copy', document: document ?? {} });
  await elasticsearch.delete({ index, id: idOf(7), refresh: true });
  await sync();
  const verification = await harness.verify(entry);
  expect(verification).toMatchObject({ foreign: 1, claiming: { documents: 1, ids: ['a copy'] } });
  const told = renderVerification(verification, { values: false });
  expect(told).toMatch(/count as their own, for the field _relation, 1 document of them: "a copy"/u);
  expect(told).toMatch(/Delete the documents of others .* Then a full sync/u);
  await elasticsearch.delete({ index, id: 'a copy', refresh: true });
  await sync();
  expect(await harness.verify(entry)).toMatchObject({ differences: [], foreign: 0 });
});

test('a sync that finds more documents than connectors account for looks at all ids once, and remembers the rest', async () => {
  await elasticsearch.index({ index: entry.index_name, id: 'y', document: { id: 'y' }, refresh: true });
  await sync('incremental');
  const index = entry.index_name;
  const [mapping] = Object.values(await elasticsearch.indices.getMapping({ index }));
  expect(mapping?.mappings._meta).toMatchObject({ pgferry: { connectors: { [entry.connector_id]: { foreign: 1 } } } });
});

test('an index that was copied or restored is not trusted: all rows are read, all ids are looked at', async () => {
  const { index_name: alias } = entry;
  const [original = ''] = Object.keys(await elasticsearch.indices.get({ index: alias }));
  const copy = `${alias}-copy`;
  await elasticsearch.indices.putSettings({ index: original, settings: { 'index.blocks.write': true } });
  await elasticsearch.indices.clone({ index: original, target: copy, wait_for_active_shards: 1 });
  const actions: estypes.IndicesUpdateAliasesAction[] = [
    { remove: { index: original, alias } },
    { add: { index: copy, alias } },
  ];
  await elasticsearch.indices.putSettings({ index: copy, settings: { 'index.blocks.write': null } });
  await elasticsearch.indices.updateAliases({ actions });
  await overwrite(idOf(7), (source) => ({ ...source, public_item_v: 'as it was once' }));

  expect(await sync('incremental')).toMatchObject({ indexed: 100 });
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
  expect(await sync('incremental')).toMatchObject({ indexed: 0, unchanged: 100 });
  await elasticsearch.indices.delete({ index: [original, copy] });
});
