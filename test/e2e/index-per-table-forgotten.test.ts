import { nameDeadLetters } from '../../src/sync/indices/index-naming';
import { countDifferences } from '../../src/verify/verification';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
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
    create schema crm`);
  base = uniqueIndex('forgotten');
  connector = connectTo(['*']);
  await connector.sync();
});
afterEach(async () => {
  await database.drop();
  await deleteIndices(elasticsearch, base);
});
afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
});

function connectTo(tables: readonly string[]): HookedConnector {
  const naming = `${base}-{table}`;
  return syncs.connect(database.url, {
    index: naming,
    indexNaming: naming,
    deadLetters: nameDeadLetters(naming, 'x'),
    selection: { schemas: ['public', 'crm'], tables },
    limits: { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 10, maxRowBytes: 1_024 },
  });
}

/** Ids of an index's documents, and how many there are of each owner: `public.orders`, or what a foreign id says. */
async function ownersIn(table: string): Promise<Record<string, number>> {
  const index = `${base}-${table}`;
  await elasticsearch.indices.refresh({ index });
  const { hits } = await elasticsearch.search({ index, size: 1_000, _source: false });
  const owners: Record<string, number> = {};
  for (const { _id: id = '' } of hits.hits) {
    const owner = id.split(':')[1] ?? id;
    owners[owner] = (owners[owner] ?? 0) + 1;
  }
  return owners;
}

const sync = (table: string) => connector.sync('incremental', { forget: [table] });

describe('--forget, where each table has an index of its own', () => {
  test.each([
    ['moved to another schema', `alter table orders set schema crm`, 'crm.orders'],
    ['is spelt otherwise', `alter table orders rename to "ORDERS"`, 'public.ORDERS'],
  ])('a table that %s keeps the index, which is its own again', async (_, change, now) => {
    await database.sql(change);
    await expect(connector.sync('incremental')).rejects.toThrow(/holds documents of public\.orders/u);
    expect(await ownersIn('orders')).toEqual({ 'public.orders': 30, [now]: 30 });
    await expect(sync('public.orders')).resolves.toMatchObject({ deleted: 30 });
    expect(await ownersIn('orders')).toEqual({ [now]: 30 });
    expect(await connector.sync('incremental')).toMatchObject({ deleted: 0, unchanged: 50 });
    expect(countDifferences(await connector.verify())).toBe(0);
  });

  test('leaves an index alone whose present tables can’t be synced', async () => {
    await database.sql(`alter table orders set schema crm; create table "Orders" (id int primary key)`);
    await expect(sync('public.orders')).rejects.toThrow(/the index of .*rders, too; that can’t|can't be synced/u);
    expect(await ownersIn('orders')).toEqual({ 'public.orders': 30 });
  });

  test('deletes documents only where the index is another connector’s, too', async () => {
    await database.sql('drop table orders; create table others (id int primary key); insert into others values (1)');
    const other = syncs.connect(database.url, {
      index: `${base}-orders`,
      selection: { schemas: ['public'], tables: ['others'] },
    });
    await other.sync();
    const { notes } = await sync('public.orders');
    expect(notes).toEqual([expect.stringMatching(`30 documents .* is kept: it is also that of connector ${other.id}`)]);
    expect(await ownersIn('orders')).toEqual({ 'public.others': 1 });
    expect(await connector.sync('incremental')).not.toHaveProperty('notes');
    expect(countDifferences(await other.verify())).toBe(0);
  });

  test('deletes documents only where somebody else has put some there', async () => {
    // Its fields say that it is pgferry's, its id does not.
    const claimed = { _relation: `${connector.id}/public.orders`, _bucket: 1 };
    await elasticsearch.index({ index: `${base}-orders`, id: 'theirs', document: claimed, refresh: true });
    await database.sql('drop table orders');
    const { notes } = await sync('public.orders');
    expect(notes).toEqual([expect.stringMatching(/30 documents .* is kept: it holds documents of others/u)]);
    expect(await ownersIn('orders')).toEqual({ theirs: 1 });
  });

  test('deletes documents only where another table that went left some there', async () => {
    await database.sql('alter table orders set schema crm');
    await expect(connector.sync('incremental')).rejects.toThrow(/holds documents of public\.orders/u);
    await database.sql('drop table crm.orders');
    const { notes = [] } = await sync('crm.orders');
    expect(notes).toContainEqual(expect.stringMatching(/30 documents of crm\.orders .*documents of public\.orders/u));
    expect(await ownersIn('orders')).toEqual({ 'public.orders': 30 });
    await sync('public.orders');
    expect(await elasticsearch.indices.exists({ index: `${base}-orders` })).toBe(false);
  });

  test('forgets a table that `tables` names, which is no failure of that sync', async () => {
    connector = connectTo(['orders', 'customers']);
    await deleteIndices(elasticsearch, base);
    await connector.sync();
    await database.sql('drop table orders');
    await expect(connector.sync('incremental')).rejects.toThrow('There is no table "orders"');
    await expect(sync('public.orders')).resolves.toMatchObject({ unchanged: 20 });
    expect(await elasticsearch.indices.exists({ index: `${base}-orders` })).toBe(false);
  });

  test('removes dead letters before the index, so that what breaks off between can be repeated', async () => {
    await database.sql(`alter table orders add body text; update orders set body = repeat('x', 2000) where id = 1`);
    expect(await connector.sync('full')).toMatchObject({ rejected: 1 });
    await database.sql('drop table orders');
    await elasticsearch.indices.putSettings({
      index: `${base}-orders`,
      settings: { index: { blocks: { read_only: true } } },
    });
    const forgetting = await connector.start('incremental', { forget: ['public.orders'] });
    await eventually('no dead letter is left', async () => {
      await elasticsearch.indices.refresh({ index: `${base}-rejected` });
      return (await elasticsearch.count({ index: `${base}-rejected` })).count === 0;
    });
    expect(await elasticsearch.indices.exists({ index: `${base}-orders` })).toBe(true);
    await elasticsearch.indices.putSettings({
      index: `${base}-orders`,
      settings: { index: { blocks: { read_only: false } } },
    });
    expect((await forgetting.result()).notes).toEqual([expect.stringMatching(/was deleted\.$/u)]);
    expect(await elasticsearch.indices.exists({ index: `${base}-orders` })).toBe(false);
  });
});
