import { expectInStep } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

const ROWS = 6_000;

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
let compared: number;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  connector = syncs.connect(database.url);
  compared = 0;
  connector.hook(counting());
});
afterEach(() => database.drop());
afterAll(() => syncs.stop());

/** Counts the activities that compare ids. */
function counting(more: NonNullable<Parameters<HookedConnector['hook']>[0]['before']> = {}) {
  const compareIds = () => {
    compared += 1;
    return Promise.resolve();
  };
  return { before: { compareIds, ...more } };
}

const KEYS = {
  integer: `create table t (id int primary key, v text); insert into t select i, 'v' from generate_series(1, ${ROWS}) as i`,
  uuid: `create table t (n int, id uuid primary key, v text);
    insert into t select i, md5(i::text)::uuid, 'v' from generate_series(1, ${ROWS}) as i`,
  text: `create table t (n int, a text, b int, v text, primary key (a, b));
    insert into t select i, 'é,%' || i, i, 'v' from generate_series(1, ${ROWS}) as i`,
  numeric: `create table t (id numeric primary key, v text);
    insert into t select i + 0.50, 'v' from generate_series(1, ${ROWS}) as i`,
} as const;

/** Deletes rows by their place in the table. */
const deleteRows = (count: number) =>
  database.sql(`delete from t where ctid in (select ctid from t order by md5(ctid::text) limit ${count})`);

async function expectFoundBySums(table: keyof typeof KEYS, jobType: 'incremental' | 'full', counts: readonly number[]) {
  await database.sql(KEYS[table]);
  await connector.sync();
  for (const count of counts) {
    await deleteRows(count);
    expect(await connector.sync(jobType)).toMatchObject({ status: 'completed', deleted: count, indexed: 0 });
  }
  expect(compared).toBe(0);
  await expectInStep(connector, database.sql);
  expect(await connector.verify()).toMatchObject({ differences: [] });
}

test.each(Object.keys(KEYS) as (keyof typeof KEYS)[])('few deletions are found by sums, of keys of type %s', (table) =>
  expectFoundBySums(table, 'incremental', [1, 300]),
);

test('a full sync finds them in the same way', () => expectFoundBySums('integer', 'full', [1, 20, 300]));

test('where documents are missing as well, only those buckets are compared', async () => {
  await database.sql(KEYS.integer);
  await connector.sync();
  const { elasticsearch, index, id } = connector;
  await elasticsearch.delete({ index, id: `${id}:public.t:7`, refresh: true });
  await deleteRows(50);
  await database.sql(`insert into t values (7, 'v') on conflict do nothing`);
  expect(await connector.sync('full')).toMatchObject({ deleted: 50, indexed: 1 });
  expect(compared).toBe(1);
  await expectInStep(connector, database.sql);
});

test('a row that comes back before the deletion keeps its document', async () => {
  await database.sql(KEYS.integer);
  await connector.sync();
  await database.sql('delete from t where id in (5, 6)');
  const deleteStaleDocuments = async () => {
    await database.sql(`insert into t values (5, 'v')`);
  };
  connector.hook(counting({ deleteStaleDocuments }));
  expect(await connector.sync('incremental')).toMatchObject({ deleted: 1 });
  connector.hook(counting());
  await connector.sync('incremental');
  await expectInStep(connector, database.sql);
});

test('documents of others stay, and those under our names go, whatever their fields say', async () => {
  await database.sql(KEYS.integer);
  await connector.sync();
  const { elasticsearch, index, id } = connector;
  const { _source: document } = await elasticsearch.get<object>({ index, id: `${id}:public.t:1` });
  await elasticsearch.index({ index, id: 'somebody else’s', document });
  await elasticsearch.index({ index, id: `${id}:public.t:999999`, document });
  await elasticsearch.index({ index, id: `${id}:public.t:no number`, document, refresh: true });
  await database.sql('delete from t where id = 2');
  expect(await connector.sync('full')).toMatchObject({ deleted: 3 });
  await elasticsearch.indices.refresh({ index });
  const { count } = await elasticsearch.count({ index });
  expect(count).toBe(ROWS - 1 + 1);
  expect(await elasticsearch.exists({ index, id: 'somebody else’s' })).toBe(true);
});

test('more deletions than the ratio allows are refused, although sums told them', async () => {
  await database.sql(KEYS.integer);
  await connector.sync();
  await deleteRows(4_000);
  await expect(connector.sync('incremental')).rejects.toMatchObject({ type: 'MassDeletionRefused' });
  expect(await connector.sync('incremental', { allowMassDelete: true })).toMatchObject({ deleted: 4_000 });
  await expectInStep(connector, database.sql);
});

test('an index whose field _id_hash is not searchable, as 0.1.0 made them, is served as well', async () => {
  await database.sql(KEYS.integer);
  const { elasticsearch, index } = connector;
  await elasticsearch.indices.create({
    index,
    mappings: { properties: { _id_hash: { type: 'integer', index: false } } },
  });
  await connector.sync();
  for (const count of [1, 900]) {
    await deleteRows(count);
    expect(await connector.sync('incremental')).toMatchObject({ deleted: count });
    await expectInStep(connector, database.sql);
  }
});
