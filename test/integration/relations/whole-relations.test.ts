import { connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { reportOf, startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  await database.sql(`
    create table item (id int primary key, name text, price numeric);
    insert into item select n, 'item ' || n, n * 1.10 from generate_series(1, 12000) as n;
    create view cheap as select id, name, price from item where price < 11000 and id < 10000;
    create materialized view totals as select id % 10 as digit, count(*) as items, sum(price) as total from item group by 1;
    create extension file_fdw;
    create server files foreign data wrapper file_fdw`);
});

/** Each test changes rows of its own accord. */
beforeEach(async () => {
  await database.sql(`
    update item set price = 1.10 * id, name = 'item ' || id where price <> 1.10 * id or name <> 'item ' || id;
    refresh materialized view totals`);
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

const VIEWS = { tables: 'cheap,totals' };
const KEYS = { documents: { id_columns: { cheap: ['id'], 'public.totals': ['digit'] } } };

test('views and materialized views are synced by the key that the configuration names, and unchanged ones write nothing', async () => {
  const entry = connectorEntry(database, VIEWS, KEYS);
  const first = await harness.sync(entry);
  expect(reportOf(first, 'public.cheap')).toMatchObject({ read: 9_999, indexed: 9_999, unchanged: 0 });
  expect(reportOf(first, 'public.totals')).toMatchObject({ read: 10, indexed: 10 });
  const documents = await harness.documents(entry);
  expect(documents).toHaveLength(10_009);
  expect(documents.find(({ _id }) => _id.endsWith('cheap:7'))?._source).toMatchObject({
    public_cheap_id: '7',
    public_cheap_name: 'item 7',
    public_cheap_price: '7.70',
    table: 'cheap',
  });

  const second = await harness.sync(entry);
  expect(reportOf(second, 'public.cheap')).toMatchObject({ read: 9_999, indexed: 0, unchanged: 9_999, deleted: 0 });
  expect(second).toMatchObject({ indexed: 0, deleted: 0, rejected: 0 });
});

test.each(['full', 'incremental'] as const)(
  'a(n) %s sync sends what changed in a view and deletes what left it',
  async (jobType) => {
    const entry = connectorEntry(database, VIEWS, KEYS);
    await harness.sync(entry);
    await database.sql(`
    update item set price = 99999 where id <= 20;
    update item set name = 'renamed' where id between 101 and 105;
    refresh materialized view totals`);
    const report = await harness.sync(entry, { jobType });
    expect(reportOf(report, 'public.cheap')).toMatchObject({ read: 9_979, indexed: 5, deleted: 20, unchanged: 9_974 });
    const documents = await harness.documents(entry);
    expect(documents.filter(({ _source }) => _source['table'] === 'cheap')).toHaveLength(9_979);
    expect(documents.filter(({ _source }) => _source['public_cheap_name'] === 'renamed')).toHaveLength(5);
  },
);

test('a table that becomes a view of its name, and then a materialized one, keeps its documents and its later changes', async () => {
  await database.sql(`create table stock (id int primary key, n int); insert into stock values (1, 1), (2, 2), (3, 3)`);
  const entry = connectorEntry(database, { tables: 'stock' }, { documents: { id_columns: { stock: ['id'] } } });
  const idsAndCounts = async () =>
    (await harness.documents(entry)).map(({ _id, _source }) => [_id.split(':').at(-1), _source['public_stock_n']]);
  await harness.sync(entry);
  expect((await idsAndCounts()).sort()).toEqual([
    ['1', '1'],
    ['2', '2'],
    ['3', '3'],
  ]);
  await database.sql(`
    alter table stock rename to shelf; create view stock as select id, n from shelf;
    update shelf set n = 20 where id = 2; delete from shelf where id = 3`);
  await harness.sync(entry);
  expect((await idsAndCounts()).sort()).toEqual([
    ['1', '1'],
    ['2', '20'],
  ]);
  await database.sql(`
    drop view stock; create materialized view stock as select id, n from shelf;
    insert into shelf values (4, 4); refresh materialized view stock`);
  await harness.sync(entry, { jobType: 'incremental' });
  expect((await idsAndCounts()).sort()).toEqual([
    ['1', '1'],
    ['2', '20'],
    ['4', '4'],
  ]);
});

test('rows that share a key become one dead letter that names its columns, and no document', async () => {
  await database.sql(`
    create view pairs as select * from (values (1, 'a'), (1, 'b'), (2, 'c'), (null, 'd')) as v (n, word)`);
  const entry = connectorEntry(database, { tables: 'pairs' }, { documents: { id_columns: { pairs: ['n'] } } });
  for (const jobType of ['full', 'full', 'incremental'] as const) {
    const report = await harness.sync(entry, { jobType });
    expect(reportOf(report, 'public.pairs')).toMatchObject({ read: 4, rejected: 3, deleted: 0 });
    expect((await harness.documents(entry)).map(({ _source }) => _source['public_pairs_word'])).toEqual(['c']);
    const reasons = (await harness.deadLetters(entry)).map(({ reason }) => String(reason)).sort();
    expect(reasons).toEqual(['2 rows have the same key ("n")', 'a column of the key ("n") is null in 1 rows']);
  }
  await database.sql(`create or replace view pairs as select * from (values (1, 'a'), (2, 'c')) as v (n, word)`);
  await harness.sync(entry);
  expect(await harness.documents(entry)).toHaveLength(2);
  expect(await harness.deadLetters(entry)).toEqual([]);
});

test('a row that comes to share its key loses its document', async () => {
  await database.sql(`create view codes as select 1 as n, 'a' as word`);
  const entry = connectorEntry(database, { tables: 'codes' }, { documents: { id_columns: { codes: ['n'] } } });
  await harness.sync(entry);
  expect(await harness.documents(entry)).toHaveLength(1);
  // The document says what either row does.
  await database.sql(`create or replace view codes as select 1 as n, unnest(array['a', 'a']) as word`);
  expect((await harness.verify(entry)).differences).toMatchObject([{ relation: 'public.codes', kind: 'changed' }]);
  await harness.sync(entry, { jobType: 'incremental' });
  expect(await harness.documents(entry)).toEqual([]);
});

test('foreign tables are synced', async () => {
  await database.sql(`
    create foreign table squares (n int, square int) server files options (program 'seq 1 50 | awk ''{print $1 "," $1*$1}''', format 'csv')`);
  const entry = connectorEntry(database, { tables: 'squares' }, { documents: { id_columns: { squares: ['n'] } } });
  expect(await harness.sync(entry)).toMatchObject({ indexed: 50 });
  expect(await harness.sync(entry)).toMatchObject({ indexed: 0, unchanged: 50 });
});

test('a foreign table whose key PostgreSQL only believes to be there gives dead letters, and all other rows', async () => {
  await database.sql(`
    create foreign table believed (n int not null, word text) server files
      options (program 'printf "1,a\\n,b\\n2,c\\n2,d\\n"', format 'csv', null '')`);
  const entry = connectorEntry(database, { tables: 'believed' }, { documents: { id_columns: { believed: ['n'] } } });
  expect(await harness.sync(entry)).toMatchObject({ indexed: 1, rejected: 3 });
  const reasons = (await harness.deadLetters(entry)).map(({ reason }) => String(reason)).sort();
  expect(reasons).toEqual(['2 rows have the same key ("n")', 'a column of the key ("n") is null in 1 rows']);
});

test('a row on which the query of a view or rule fails becomes one dead letter, and all others are synced', async () => {
  await database.sql(
    `create view broken as select id, 1000 / ((id - 42) * (id - 43)) as q, price from item where id <= 3000`,
  );
  const view = connectorEntry(database, { tables: 'broken' }, { documents: { id_columns: { broken: ['id'] } } });
  const query = 'select id, 1000 / ((id - 42) * (id - 43)) as q, price from item where id <= 3000';
  const rule = { ...connectorEntry(database), sync_rules: { advanced: [{ tables: ['item'], query }] } };
  for (const entry of [view, rule]) {
    const first = { read: 3_000, indexed: 2_998, unchanged: 0, rejected: 2 };
    expect((await harness.sync(entry)).relations).toMatchObject([first]);
    const letters = (await harness.deadLetters(entry)).map(({ document_id, reason }) => [document_id, reason]);
    const reason = "PostgreSQL can't render the row: SQLSTATE 22012";
    expect(letters.map(([id]) => String(id).replace(/^.*:/, '')).sort()).toEqual(['42', '43']);
    expect(letters.map(([, text]) => text)).toEqual([reason, reason]);
    const second = { read: 3_000, indexed: 0, unchanged: 2_998, rejected: 2, deleted: 0 };
    expect((await harness.sync(entry)).relations).toMatchObject([second]);
    expect((await harness.verify(entry)).differences).toEqual([]);
  }
});

test('a view whose query fails whatever rows are asked for ends the sync, and says that the view is to blame', async () => {
  await database.sql(`create view hopeless as select id, sum(1 / (id - 42)) as q from item group by id`);
  const entry = connectorEntry(database, { tables: 'hopeless' }, { documents: { id_columns: { hopeless: ['q'] } } });
  await expect(harness.sync(entry)).rejects.toMatchObject({ type: 'InvalidConfig' });
});
