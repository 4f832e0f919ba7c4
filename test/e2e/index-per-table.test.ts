import { nameDeadLetters } from '../../src/sync/indices/index-naming';
import type { SyncReport } from '../../src/sync/report';
import { countDifferences } from '../../src/verify/verification';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../support/elasticsearch';
import { expectInStep } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

const elasticsearch = connectElasticsearch();
let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
let base: string;

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table orders (id int primary key, v text);
    insert into orders select i, 'a' from generate_series(1, 30) as i;
    create table customers (id int primary key, name text);
    insert into customers select i, 'b' from generate_series(1, 20) as i;
    create schema crm;
    create table crm.notes (id int primary key, note text);
    insert into crm.notes select i, 'c' from generate_series(1, 10) as i`);
  base = uniqueIndex('spread');
  connector = connectTo(`${base}-{table}`);
});
afterEach(async () => {
  await database.drop();
  await deleteIndices(elasticsearch, base);
});
afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
});

function connectTo(naming: string, tables: readonly string[] = ['*']): HookedConnector {
  return syncs.connect(database.url, {
    index: naming,
    indexNaming: naming,
    deadLetters: nameDeadLetters(naming, 'x'),
    selection: { schemas: ['public', 'crm'], tables },
  });
}

const indexedBy = ({ relations }: SyncReport) =>
  Object.fromEntries(relations.map(({ relation, index, indexed }) => [relation, [index, indexed]]));

async function countIn(table: string): Promise<number> {
  await elasticsearch.indices.refresh({ index: `${base}-${table}` });
  return (await elasticsearch.count({ index: `${base}-${table}` })).count;
}

async function expectAllInStep(tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const [schema, name] = table.split('.') as [string, string];
    const of = { id: connector.id, index: `${base}-${name}`, elasticsearch };
    await expectInStep(of, database.sql, `${schema}.${name}`);
  }
  expect(countDifferences(await connector.verify())).toBe(0);
}

const ALL = ['public.orders', 'public.customers', 'crm.notes'];

describe('an index for each table', () => {
  test('is filled by one sync with one report, and kept in step', async () => {
    const first = await connector.sync();
    expect(first).toMatchObject({ status: 'completed', index: `${base}-{table}`, indexed: 60 });
    expect(indexedBy(first)).toEqual({
      'public.orders': [`${base}-orders`, 30],
      'public.customers': [`${base}-customers`, 20],
      'crm.notes': [`${base}-notes`, 10],
    });
    expect(await countIn('orders')).toBe(30);
    await expectAllInStep(ALL);

    const unchanged = await connector.start('incremental');
    expect(await unchanged.result()).toMatchObject({ indexed: 0, unchanged: 60 });
    const { events = [] } = await unchanged.fetchHistory();
    expect(events?.filter(({ startChildWorkflowExecutionInitiatedEventAttributes: child }) => child != null)).toEqual(
      [],
    );
    expect(events?.length).toBeLessThanOrEqual(15);
    await database.sql(`update orders set v = 'z' where id < 3; delete from crm.notes where id = 4`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 2, deleted: 1 });
    await expectAllInStep(ALL);
    expect(await connector.sync('full')).toMatchObject({ indexed: 0, unchanged: 59 });
  });

  test('each rebuilt on its own, behind its alias', async () => {
    await connector.sync();
    await connector.sync('full', { rebuild: true });
    await expectAllInStep(ALL);
    const aliases = await elasticsearch.indices.getAlias({ name: `${base}-*` });
    expect(Object.keys(aliases)).toHaveLength(3);
  });

  test('one that can’t be synced keeps none of the others from being synced', async () => {
    await connector.sync();
    await database.sql(`update orders set v = 'y'; update customers set name = 'y'`);
    await elasticsearch.indices.close({ index: `${base}-customers` });
    await expect(connector.sync('incremental')).rejects.toThrow(
      /1 of 3 relations could not be synced.*customers.*closed/u,
    );
    expect(await countIn('orders')).toBe(30);
    await expectInStep({ id: connector.id, index: `${base}-orders`, elasticsearch }, database.sql, 'public.orders');
    await elasticsearch.indices.open({ index: `${base}-customers` });
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 20 });
    await expectAllInStep(ALL);
  });

  test('outlives its table until it is forgotten, and never after the table came back', async () => {
    await connector.sync();
    await database.sql('drop table customers');
    const kept = await connector.sync('incremental');
    expect(kept.notes).toEqual([expect.stringContaining(`The index ${base}-customers is kept as it is`)]);
    expect(await countIn('customers')).toBe(20);
    await database.sql(
      `create table customers (id int primary key, name text); insert into customers values (1, 'new')`,
    );
    await expect(connector.sync('full', { forget: ['public.customers'] })).rejects.toThrow('it can be read');
    expect(await countIn('customers')).toBe(20);
    await database.sql('drop table customers');
    const forgotten = await connector.sync('full', { forget: ['public.customers'] });
    expect(forgotten.notes).toEqual([expect.stringMatching(/^The index .*-customers-.* was deleted\.$/u)]);
    expect(await elasticsearch.indices.exists({ index: `${base}-customers` })).toBe(false);
    await expect(connector.sync('full', { forget: ['public.customers'] })).rejects.toThrow('no index of it is left');
  });

  test('two tables never share one: both are told of, the others synced', async () => {
    await database.sql('create table crm.orders (id int primary key)');
    const [problem] = await connector.check();
    expect(problem?.message).toMatch(/its index would be .*-orders, which is that of/u);
    await expect(connector.sync()).rejects.toThrow(/2 of 4 relations.*that of public\.orders, too/u);
    expect(await countIn('customers')).toBe(20);
    const apart = connectTo(`${base}-{schema}-{table}`);
    expect(await apart.sync()).toMatchObject({ indexed: 60 });
    expect(countDifferences(await apart.verify())).toBe(0);
  });

  test('rejected rows of all tables are kept in one index, each by its own table’s syncs', async () => {
    await database.sql(`
      alter table orders add column body text; alter table customers add column body text;
      update orders set body = repeat('x', 2000) where id = 1; update customers set body = repeat('x', 2000) where id = 2`);
    connector.configure({ limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 10, maxRowBytes: 1_024 } });
    expect(await connector.sync()).toMatchObject({ indexed: 58, rejected: 2 });
    expect(await elasticsearch.count({ index: `${base}-rejected` })).toMatchObject({ count: 2 });
    await expectAllInStepBut(58);
    await database.sql(`update orders set body = 'x' where id = 1`);
    await connector.sync('full');
    await elasticsearch.indices.refresh({ index: `${base}-rejected` });
    expect(await elasticsearch.count({ index: `${base}-rejected` })).toMatchObject({ count: 1 });
  });
});

async function expectAllInStepBut(documents: number): Promise<void> {
  const found = await connector.verify();
  expect(countDifferences(found)).toBe(0);
  expect(found.relations.reduce((sum, relation) => sum + relation.documents, 0)).toBe(documents);
}
