import { countDifferences } from '../../../src/verify/verification';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

const PARENTS = 4_000;

let harness: SyncHarness;
let database: TestDatabase;
let entry: ConnectorEntry;

beforeAll(async () => {
  harness = await startSyncHarness();
  database = await createDatabase();
  // Children at random places, some of them of nobody; links without a key.
  await database.sql(`
    create table basket (id int primary key, no text, name text);
    create table item (id int primary key, basket int, price numeric(10, 2), ok boolean);
    create table topic (id int primary key, name text);
    create table basket_topic (basket int, topic int);
    insert into basket select n, 'no ' || n, 'basket ' || n from generate_series(1, ${PARENTS}) as n;
    insert into item select n, mod(hashint4(n)::bigint + 2147483648, ${PARENTS} + 500), n / 100.0, n % 7 > 0
      from generate_series(1, ${PARENTS * 5}) as n;
    insert into topic select n, 'topic ' || n from generate_series(1, 20) as n;
    insert into basket_topic select mod(hashint4(n)::bigint + 2147483648, ${PARENTS}), 1 + n % 20
      from generate_series(1, ${PARENTS}) as n;
    analyze`);
  entry = connectorEntry(
    database,
    { tables: 'basket' },
    {
      documents: {
        nested: {
          basket: {
            items: { table: 'item', by: { basket: 'id' }, where: 'ok', limit: 3, rollups: { total: { sum: 'price' } } },
            topics: {
              table: 'topic',
              through: { table: 'basket_topic', parent: { basket: 'id' }, child: { topic: 'id' } },
            },
          },
        },
      },
    },
  );
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

/** What a plain look at the tables says, in the order of the baskets. */
const EXPECTED = `
  select b.id, (select json_agg(i.id order by i.id) from (
      select id from item where basket = b.id and ok order by id limit 3) as i) as items,
    (select sum(price)::float8 from item where basket = b.id and ok) as total,
    (select json_agg(t.topic order by t.topic) from basket_topic as t where t.basket = b.id) as topics
  from basket as b where b.id % 100 = 0 order by b.id`;

async function expectDocuments(): Promise<void> {
  const documents = await harness.documents(entry);
  expect(documents).toHaveLength(PARENTS);
  const byId = new Map(documents.map(({ _source }) => [Number(_source['public_basket_id']), _source]));
  await database.sql('create index on item (basket); create index on basket_topic (basket)');
  try {
    for (const { id, items, total, topics } of await database.sql(EXPECTED)) {
      const found = byId.get(Number(id));
      const idsOf = (list: unknown) => (list as { id: unknown }[]).map((row) => Number(row.id));
      expect([id, idsOf(found?.['items']), found?.['total'] === null ? null : Number(found?.['total'])]).toEqual([
        ...[id, items ?? [], total],
      ]);
      expect(idsOf(found?.['topics']).toSorted((a, b) => a - b)).toEqual(topics ?? []);
    }
  } finally {
    await database.sql('drop index item_basket_idx; drop index basket_topic_basket_idx');
  }
}

test('documents whose rows no index leads to are read by few looks at the other tables, not one look for each', async () => {
  const before = await scansOf('item');
  await harness.sync(entry);
  // One for each piece of a table that is read, and one for the sums of what documents hold.
  expect((await scansOf('item')) - before).toBeLessThan(20);
  await expectDocuments();
  expect(countDifferences(await harness.verify(entry))).toBe(0);
});

test('what changes in such rows is found, and rows that go, by as few looks', async () => {
  await database.sql(`
    update item set price = price + 1 where id % 50 = 0;
    delete from item where id % 50 = 1;
    update item set basket = basket + 1 where id % 50 = 2;
    delete from basket_topic where topic = 3 and basket % 2 = 0`);
  const before = await scansOf('item');
  const report = await harness.sync(entry, { jobType: 'incremental' });
  expect(report.indexed).toBeGreaterThan(1_000);
  expect((await scansOf('item')) - before).toBeLessThan(60);
  await expectDocuments();
  expect(countDifferences(await harness.verify(entry))).toBe(0);
});

/** Looks at a whole table that PostgreSQL has counted. */
async function scansOf(table: string): Promise<number> {
  await database.sql('select pg_stat_clear_snapshot()');
  const [row] = await database.sql(
    `select seq_scan::text as scans from pg_stat_user_tables where relname = '${table}'`,
  );
  return Number(row?.['scans']);
}
