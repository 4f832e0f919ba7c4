import { requireAllRead } from '../../../src/activities/plan/require-all-read';
import { renderPlan } from '../../../src/cli/output/render-plan';
import { closeSource } from '../../../src/postgres/connection/source';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';
import { reportOf, startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

/** Documents of a connector as `id name`. */
async function namesOf(entry: ConnectorEntry, field: string): Promise<string[]> {
  const documents = await harness.documents(entry);
  return documents
    .map(({ _source }) => `${String(_source['id']).replace(/.*:/u, '')} ${String(_source[field])}`)
    .sort();
}

test('a table shows the rows of all tables that inherit from it, as a select does', async () => {
  await database.sql(`
    create schema metrics; create schema chunks;
    create table metrics.reading (id bigint primary key, name text);
    create table chunks.early (extra jsonb, primary key (id)) inherits (metrics.reading);
    create table chunks.late (note text) inherits (metrics.reading);
    create table chunks.latest (last int) inherits (chunks.late);
    insert into metrics.reading values (1, 'own'); insert into chunks.early values (2, 'early', '{}');
    insert into chunks.late values (3, 'late', 'n'); insert into chunks.latest values (4, 'latest', 'n', 1)`);
  const entry = connectorEntry(database, { schema: 'metrics' });
  const sync = (jobType: 'full' | 'incremental') => harness.sync(entry, { jobType });
  const rows = () => namesOf(entry, 'metrics_reading_name');

  expect(await sync('full')).toMatchObject({ indexed: 4 });
  expect(await rows()).toEqual(['1 own', '2 early', '3 late', '4 latest']);
  expect(await sync('incremental')).toMatchObject({ indexed: 0, unchanged: 4 });
  expect(renderPlan(await harness.plan(entry))).toContain('metrics.reading: (id) of each of the tables that inherit');

  await database.sql(`update chunks.latest set name = 'newest' where id = 4; delete from chunks.early where id = 2;
    create table chunks.more () inherits (metrics.reading); insert into chunks.more values (5, 'more')`);
  expect(await sync('incremental')).toMatchObject({ indexed: 2, deleted: 1 });
  expect(await rows()).toEqual(['1 own', '3 late', '4 newest', '5 more']);

  await database.sql('alter table chunks.late no inherit metrics.reading; truncate chunks.more');
  expect(await sync('incremental')).toMatchObject({ deleted: 3 });
  expect(await rows()).toEqual(['1 own']);
  expect((await harness.verify(entry)).differences).toEqual([]);
});

test('rows of two tables that share a key become a dead letter, until only one is left', async () => {
  await database.sql(`
    create schema zoo;
    create table zoo.animal (id int primary key, name text);
    create table zoo.dog (breed text, primary key (id)) inherits (zoo.animal);
    create table zoo.cat () inherits (zoo.animal);
    insert into zoo.animal values (1, 'ant'); insert into zoo.dog values (1, 'Rex', 'collie'), (2, 'Fido', 'pug')`);
  const entry = connectorEntry(database, { schema: 'zoo', tables: 'animal' });
  const animals = () => namesOf(entry, 'zoo_animal_name');
  const reasons = async () => (await harness.deadLetters(entry)).map(({ reason }) => String(reason));
  const totals = [
    { jobType: 'full', indexed: 1, unchanged: 0, rejected: 2 },
    { jobType: 'incremental', indexed: 0, unchanged: 1, rejected: 2 },
    { jobType: 'full', indexed: 0, unchanged: 1, rejected: 2 },
  ] as const;
  for (const { jobType, ...told } of totals) {
    expect(await harness.sync(entry, { jobType })).toMatchObject(told);
    expect(await animals()).toEqual(['2 Fido']);
    expect(await reasons()).toEqual(['2 rows have the same key ("id")']);
  }
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });

  // The row that was there before has not changed.
  await database.sql(`insert into zoo.cat values (2, 'Tom'), (3, 'Kit')`);
  const { differences } = await harness.verify(entry);
  expect(differences.find(({ id }) => id.endsWith(':2'))).toMatchObject({ kind: 'changed' });
  const next = await harness.sync(entry, { jobType: 'incremental' });
  expect(next).toMatchObject({ indexed: 1, unchanged: 0, rejected: 4 });
  expect(await animals()).toEqual(['3 Kit']);
  expect(await reasons()).toHaveLength(2);

  await database.sql('delete from only zoo.animal where id = 1; delete from zoo.cat where id = 2');
  await harness.sync(entry, { jobType: 'incremental' });
  expect(await animals()).toEqual(['1 Rex', '2 Fido', '3 Kit']);
  expect(await reasons()).toEqual([]);
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
});

test('under "*" tables that inherit are relations of their own, too', async () => {
  await database.sql(`
    create schema farm;
    create table farm.animal (id int primary key, name text);
    create table farm.cow (milk int, primary key (id)) inherits (farm.animal);
    insert into farm.animal values (1, 'hen'); insert into farm.cow values (2, 'Daisy', 9)`);
  const entry = connectorEntry(database, { schema: 'farm' });
  const report = await harness.sync(entry);
  expect(reportOf(report, 'farm.animal')).toMatchObject({ indexed: 2 });
  expect(reportOf(report, 'farm.cow')).toMatchObject({ indexed: 1 });
});

test('a table that is not stored as PostgreSQL stores tables is read as a whole, and the plan says why', async () => {
  await database.sql(`
    create schema odd;
    create access method other type table handler heap_tableam_handler;
    create table odd.columnar (id int primary key, v int) using other; insert into odd.columnar values (1, 1), (2, 2);
    create table odd.part (id int primary key, v int) partition by range (id);
    create table odd.part_low partition of odd.part for values from (0) to (10) using other;
    create table odd.part_high partition of odd.part for values from (10) to (20);
    insert into odd.part values (1, 1), (11, 11)`);
  const entry = connectorEntry(database, { schema: 'odd' });
  expect(await harness.sync(entry)).toMatchObject({ indexed: 4 });
  const plan = renderPlan(await harness.plan(entry));
  expect(plan).toContain('odd.columnar: odd.columnar is stored by the access method other');
  expect(plan).toContain('odd.part: odd.part_low is stored by the access method other');
  await database.sql('update odd.part set v = 2 where id = 1; delete from odd.columnar where id = 2');
  expect(await harness.sync(entry, { jobType: 'incremental' })).toMatchObject({ indexed: 1, deleted: 1 });
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
});

test('a table of which reading its blocks shows not all rows ends with an error', async () => {
  await database.sql(`
    create table hidden_parent (id int primary key); create table hidden_child () inherits (hidden_parent);
    insert into hidden_child values (1), (2)`);
  const entry = connectorEntry(database, { tables: 'hidden_parent' });
  const { relations } = await harness.plan(entry);
  const [projected] = relations;
  if (projected === undefined || !('leaves' in projected.rows)) throw new Error('not read by leaves');
  const source = openTestSource(database);
  const { signal } = new AbortController();
  try {
    await expect(requireAllRead(source, projected, signal)).resolves.toBeUndefined();
    const leaves = projected.rows.leaves.filter(({ table }) => table === 'hidden_parent');
    const unforeseen = { ...projected, rows: { ...projected.rows, leaves } };
    await expect(requireAllRead(source, unforeseen, signal)).rejects.toMatchObject({
      type: 'SourceIncomplete',
      message:
        'A select from public.hidden_parent shows 2 rows, but 0 are found where PostgreSQL keeps the rows of a table.',
    });
  } finally {
    await closeSource(source);
  }
});

test('a sync that is broken off by rows that share a key has written none of them', async () => {
  await database.sql(`
    create schema forest;
    create table forest.tree (id int primary key, name text);
    create table forest.oak (primary key (id)) inherits (forest.tree);
    insert into forest.tree values (1, 'alone'), (2, 'another'); insert into forest.oak values (3, 'old')`);
  const entry = { ...connectorEntry(database, { schema: 'forest', tables: 'tree' }), max_rejected: 0 };
  await harness.sync(entry, { jobType: 'full' });
  await database.sql(`insert into forest.oak values (1, 'of an oak')`);
  await expect(harness.sync(entry, { jobType: 'incremental' })).rejects.toThrow('does not identify its rows');
  expect(await namesOf(entry, 'forest_tree_name')).toEqual(['1 alone', '2 another', '3 old']);
  await database.sql('delete from forest.oak where id = 1');
  expect(await harness.sync(entry, { jobType: 'incremental' })).toMatchObject({ indexed: 0, unchanged: 3 });
  expect(await namesOf(entry, 'forest_tree_name')).toEqual(['1 alone', '2 another', '3 old']);
});
