import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

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

/** A schema with a table `item` of three rows, and `other` of one, synced. */
async function createShop(schema: string, changes: Partial<ConnectorEntry> = {}): Promise<ConnectorEntry> {
  await database.sql(`create schema ${schema};
    create table ${schema}.item (id int primary key, name text);
    create table ${schema}.other (id int primary key, name text);
    insert into ${schema}.item values (1, 'a'), (2, 'b'), (3, 'c'); insert into ${schema}.other values (1, 'a')`);
  const entry = connectorEntry(database, { schema }, changes);
  await harness.sync(entry);
  return entry;
}

async function syncFailing(entry: ConnectorEntry, jobType: 'full' | 'incremental' = 'incremental') {
  return harness.sync(entry, { jobType }).then(
    () => {
      throw new Error('the sync completed');
    },
    (error: unknown) => error as { type: string; message: string; details: [{ relations: unknown[] }] },
  );
}

async function idsOf(entry: ConnectorEntry): Promise<string[]> {
  return (await harness.documents(entry)).map(({ _id }) => _id.slice(_id.indexOf('.') + 1));
}

const ITEMS = ['item:1', 'item:2', 'item:3'];

test.each([
  ['renamed', (schema: string) => `alter table ${schema}.item rename to moved`, 'RelationMissing'],
  ['dropped', (schema: string) => `drop table ${schema}.item`, 'RelationMissing'],
  [
    'left without its key',
    (schema: string) => `alter table ${schema}.item drop constraint item_pkey`,
    'RelationMissing',
  ],
  [
    'given a column that the index can’t hold',
    (schema: string) => `alter table ${schema}.item alter column name type jsonb using to_jsonb(name)`,
    'MappingConflict',
  ],
  [
    'given two columns that share a field',
    (schema: string) => `alter table ${schema}.item add column "NAME" text`,
    'MappingConflict',
  ],
])('a table that was %s keeps its documents, and the others are synced', async (what, change, type) => {
  const schema = `shop_${what.replaceAll(/\W/gu, '_')}`.slice(0, 40);
  const entry = await createShop(schema);
  await database.sql(
    `${change(schema)}; insert into ${schema}.other values (2, 'b'); delete from ${schema}.other where id = 1`,
  );
  for (const jobType of ['incremental', 'full'] as const) {
    const failure = await syncFailing(entry, jobType);
    expect(failure).toMatchObject({ type });
    expect(failure.message).toMatch(/1 of \d relations could not be synced.*item/u);
    const ids = await idsOf(entry);
    expect(ids).toEqual(expect.arrayContaining([...ITEMS, 'other:2']));
    expect(ids).not.toContain('other:1');
  }
  const [problem] = await harness.check(entry);
  expect(problem).toMatchObject({ type });
});

test('a table that can be read again is synced from where it was left', async () => {
  const entry = await createShop('back');
  await database.sql(`alter table back.item drop constraint item_pkey; insert into back.other values (2, 'b')`);
  await syncFailing(entry);
  await database.sql(
    `alter table back.item add primary key (id); update back.item set name = 'z' where id = 1; delete from back.item where id = 2`,
  );
  expect(await harness.sync(entry, { jobType: 'incremental' })).toMatchObject({ indexed: 1, deleted: 1 });
  expect((await harness.verify(entry)).differences).toEqual([]);
});

test('a table of which too many rows are rejected does not keep the others from being synced', async () => {
  await database.sql(`create schema picky;
    create table picky.item (id int primary key, name text); insert into picky.item values (1, 'a'), (2, 'b'), (3, 'c');
    create table picky.other (id int primary key); insert into picky.other values (1)`);
  const documents = { mapping: { 'picky.item.name': { type: 'date' } } };
  const entry = connectorEntry(database, { schema: 'picky' }, { documents, max_rejected: 2 });
  const failure = await syncFailing(entry, 'full');
  expect(failure).toMatchObject({ type: 'TooManyRejections' });
  expect(await idsOf(entry)).toEqual(['other:1']);
});

test('a broken rule does not keep the others from being synced', async () => {
  await database.sql(`create schema ruled; create table ruled.item (id int primary key, n int);
    insert into ruled.item values (1, 0), (2, 2)`);
  const advanced = [
    { tables: ['item'], query: 'select id, 10 / n as share from item', id_columns: ['id'] },
    { tables: ['item'], query: 'select id, n from item where n > 0' },
  ];
  const entry = connectorEntry(database, { schema: 'ruled' }, { sync_rules: { advanced } });
  await harness.sync(entry).catch(() => undefined);
  const broken = [{ ...advanced[0], query: 'select id, gone from item' }, advanced[1]];
  await database.sql('insert into ruled.item values (3, 3)');
  const failure = await syncFailing({ ...entry, sync_rules: { advanced: broken } }, 'full');
  expect(failure).toMatchObject({ type: 'InvalidRule' });
  expect((await harness.documents(entry)).some(({ _source }) => _source['ruled_item_n'] === '3')).toBe(true);
});
