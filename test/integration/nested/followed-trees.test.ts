import { countDifferences } from '../../../src/verify/verification';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { reportOf, startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  harness = await startSyncHarness();
});

beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table parent (id int primary key);
    create table child (id int, parent_id int, born timestamptz default now(), note text, primary key (id)) ;
    create index on child (parent_id);
    insert into parent select generate_series(1, 30);
    insert into child select n, 1 + n % 20, now(), 'note ' || n from generate_series(1, 100) as n`);
});

afterEach(() => database.drop());
afterAll(() => harness.stop());

function entryOf(branch: Readonly<Record<string, unknown>> = {}, configuration = {}): ConnectorEntry {
  const children = { table: 'child', by: { parent_id: 'id' }, columns: ['id', 'note'], ...branch };
  return connectorEntry(
    database,
    { tables: 'parent', ...configuration },
    { documents: { nested: { parent: { children } } } },
  );
}

async function expectInStep(entry: ConnectorEntry): Promise<void> {
  expect(countDifferences(await harness.verify(entry))).toBe(0);
}

async function childrenOf(entry: ConnectorEntry, parent: number): Promise<unknown> {
  const found = (await harness.documents(entry)).find(({ _source }) => Number(_source['public_parent_id']) === parent);
  return found?._source['children'];
}

/** Why a tree is read as a whole, as `plan` says it. */
async function readAsWholeBecause(entry: ConnectorEntry): Promise<string | undefined> {
  const { relations } = await harness.plan(entry);
  return relations[0]?.relation.wholeBecause;
}

test('rows that came with a partition, whose xmin is old, and rows that went with one, are told by the files', async () => {
  await database.sql(`
    drop table child;
    create table child (id int, parent_id int, note text, primary key (id)) partition by range (id);
    create table early partition of child for values from (0) to (50);
    create table late (id int primary key, parent_id int, note text);
    create index on child (parent_id);
    insert into child select n, n, 'early' from generate_series(1, 10) as n;
    insert into late select n, n - 60, 'late' from generate_series(61, 70) as n`);
  const entry = entryOf();
  await harness.sync(entry);
  expect(await childrenOf(entry, 3)).toHaveLength(1);
  await database.sql('alter table child attach partition late for values from (50) to (100)');
  await harness.sync(entry, { jobType: 'incremental' });
  expect(await childrenOf(entry, 3)).toHaveLength(2);
  await expectInStep(entry);
  await database.sql('alter table child detach partition early');
  await harness.sync(entry, { jobType: 'incremental' });
  expect(await childrenOf(entry, 3)).toHaveLength(1);
  await expectInStep(entry);
});

test.each([
  ['the time', `born > now() - interval '1 hour'`],
  ['the day', `born > 'today'::timestamptz`],
  ['other rows', `exists (select from public.parent as p where p.id = parent_id and p.id > 3)`],
  ['chance', `random() >= 0`],
  ['a function that nobody says to be immutable', `public.is_good(note)`],
  ['a function under the name of one that is', `public . "length" (note) > 0`],
  ['what a comment may hide', `note <> '' -- isn't it now()`],
])('a branch whose condition depends on %s is read as a whole, and plan says so', async (_, where) => {
  await database.sql(`
    create function is_good(text) returns boolean language sql as 'select true';
    create function length(text) returns int language sql as 'select 1'`);
  const entry = entryOf({ where });
  expect(await readAsWholeBecause(entry)).toBe('the condition of its branch children depends on more than the row');
});

test('a tree that is read as a whole sends the documents that changed, and no others', async () => {
  const entry = entryOf({ where: `born > now() - interval '1 hour'` });
  await harness.sync(entry);
  await database.sql(`delete from child where id = 5; update child set note = 'now' where id = 6`);
  expect(reportOf(await harness.sync(entry, { jobType: 'incremental' }), 'public.parent')).toMatchObject({
    indexed: 2,
  });
});

test.each([
  [`note like 'note 1%' and length(note) > 3`],
  [`coalesce(parent_id, 0) > 2 or note ~ 'x'`],
  [`"id" % 2 = 0`],
])('a branch with the condition %s is followed', async (where) => {
  expect(await readAsWholeBecause(entryOf({ where }))).toBeUndefined();
});

test('a condition that fails on a row makes a dead letter, and what goes from other documents is found', async () => {
  await database.sql(`insert into child values (1000, 30, now(), 'x')`);
  const entry = entryOf({ where: '10 / (id - 1000) <= 10' });
  expect(await harness.sync(entry)).toMatchObject({ rejected: 1 });
  await database.sql('delete from child where id in (5, 6)');
  await harness.sync(entry, { jobType: 'incremental' });
  await expectInStep(entry);
  await database.sql('delete from child where id = 1000');
  await harness.sync(entry, { jobType: 'incremental' });
  await expectInStep(entry);
  expect(await childrenOf(entry, 30)).toEqual([]);
});

test('a list that had too many rows becomes a document once enough of them have gone', async () => {
  const entry = entryOf({ max_rows: 6 });
  await database.sql(`insert into child select n, 30, now(), 'many' from generate_series(1001, 1007) as n`);
  expect(await harness.sync(entry)).toMatchObject({ rejected: 1 });
  await database.sql('delete from child where id = 1001');
  await harness.sync(entry, { jobType: 'incremental' });
  expect(await childrenOf(entry, 30)).toHaveLength(6);
  await expectInStep(entry);
});

test('documents whose count of rows somebody changed are written again by a full sync', async () => {
  const entry = entryOf();
  await harness.sync(entry);
  const [first, second] = await harness.documents(entry);
  const elasticsearch = connectElasticsearch();
  const index = entry.index_name;
  await elasticsearch.update({ index, id: first?._id ?? '', doc: { _rows_hash: 1, children: [] } });
  await elasticsearch.update({ index, id: second?._id ?? '', doc: { _rows: null, children: [] }, refresh: true });
  await elasticsearch.close();
  await harness.sync(entry);
  await expectInStep(entry);
});

test('a role that may not read the system columns of a branch is told so before anything is read', async () => {
  await database.sql(`
    create role part_reader login password 'reader';
    grant select on parent to part_reader;
    grant select (id, parent_id, note) on child to part_reader`);
  const entry = entryOf({}, { username: 'part_reader', password: 'reader' });
  const [problem] = await harness.check(entry);
  expect(problem).toMatchObject({ type: 'SourcePermission', remedy: expect.stringContaining('select') as string });
  await database.sql('drop owned by part_reader; drop role part_reader');
});
