import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { renderPlan } from '../../../src/cli/output/render-plan';
import { renderVerification } from '../../../src/cli/output/render-verification';
import { countDifferences } from '../../../src/verify/verification';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { reportOf, startSyncHarness, type SyncHarness } from '../../support/sync-harness';
import { asDocuments, expectedOrders, ORDER_TREE, ordersOfDocuments } from './expected-orders';
import { ORDER_CASES } from './order-cases';

let database: TestDatabase;
let harness: SyncHarness;
let entry: ConnectorEntry;

beforeAll(async () => {
  harness = await startSyncHarness();
});

beforeEach(async () => {
  database = await createDatabase();
  await database.sql(readFileSync(join(__dirname, 'shop.sql'), 'utf8'));
  entry = connectorEntry(database, { tables: 'orders' }, { documents: { nested: { orders: ORDER_TREE } } });
  await harness.sync(entry);
});

afterEach(() => database.drop());
afterAll(() => harness.stop());

/** Fails unless each order's document holds what a plain look at all tables says. */
async function expectDocumentsOfOrders(): Promise<void> {
  expect(ordersOfDocuments(await harness.documents(entry))).toEqual(asDocuments(await expectedOrders(database)));
  expect(countDifferences(await harness.verify(entry))).toBe(0);
}

test('a first sync fills lists and objects, empty lists and null objects among them, as all tables say', async () => {
  await expectDocumentsOfOrders();
  const orders = [...(await expectedOrders(database)).values()];
  expect(orders.some(({ lines }) => Array.isArray(lines) && lines.length === 0)).toBe(true);
  expect(orders.some(({ customer }) => customer === null)).toBe(true);
});

test('an unchanged sync writes nothing', async () => {
  expect(await harness.sync(entry, { jobType: 'incremental' })).toMatchObject({ indexed: 0, deleted: 0, rejected: 0 });
});

test.each(ORDER_CASES)(
  'after "%s" documents are as all tables say, and only those orders are sent',
  async (_, change, orders) => {
    await database.sql(change);
    const report = await harness.sync(entry, { jobType: 'incremental' });
    if (orders !== undefined) expect(reportOf(report, 'public.orders')).toMatchObject({ indexed: orders, deleted: 0 });
    await expectDocumentsOfOrders();
  },
);

test('an order deleted with its lines leaves the index', async () => {
  await database.sql('delete from orders where id = 11');
  expect(await harness.sync(entry)).toMatchObject({ deleted: 1, indexed: 0 });
  await expectDocumentsOfOrders();
});

test('a column added to a child, and an enum label of it renamed, reach every document', async () => {
  await database.sql(
    `alter table tags add column color text default 'red'; alter type status rename value 'open' to 'valid'`,
  );
  await harness.sync(entry, { jobType: 'incremental' });
  await expectDocumentsOfOrders();
});

test('lists are nested, objects are objects, and figures have mappings of numbers', async () => {
  const { mapping } = await harness.plan(entry);
  expect(mapping.properties).toMatchObject({
    lines: { type: 'nested', properties: { quantity: { type: 'long' }, product: { type: 'object' } } },
    customer: { type: 'object', properties: { land: { type: 'text' } } },
    line_count: { type: 'long' },
    line_ids: { type: 'long' },
    tags: { type: 'nested' },
  });
});

test('a tree given to an index that is there fills it, and taken out again its fields leave the documents', async () => {
  const flat = connectorEntry(database, { tables: 'orders' });
  await harness.sync(flat);
  const nested = { ...flat, documents: { nested: { orders: { tags: ORDER_TREE.tags } } } };
  await harness.sync(nested, { jobType: 'incremental' });
  const documents = await harness.documents(nested);
  expect(documents.every(({ _source }) => Array.isArray(_source['tags']))).toBe(true);
  expect(countDifferences(await harness.verify(nested))).toBe(0);
  await harness.sync(flat, { jobType: 'incremental' });
  expect((await harness.documents(flat)).some(({ _source }) => 'tags' in _source)).toBe(false);
  expect(countDifferences(await harness.verify(flat))).toBe(0);
});

test('plan draws the tree', async () => {
  const [relations, title, ...drawn] = renderPlan(await harness.plan(entry))
    .split('\n')
    .slice(-40)
    .filter((line) => /public\.orders|[├└]/.test(line));
  expect([relations, title]).toEqual([expect.stringContaining('refresh'), expect.stringContaining('public.orders')]);
  expect(drawn.join('\n')).toContain('├─ customer (object) ← public.customers id = customer_id [customers_pkey]');
  expect(drawn.join('\n')).toContain('│  └─ product (object) ← public.products code = product_code [products_pkey]');
});

test('verify says how many rows a list has on either side', async () => {
  const [{ _id: id } = { _id: '' }] = (await harness.documents(entry)).filter(
    ({ _source }) => JSON.stringify(_source['line_count']) === '"3"',
  );
  const elasticsearch = connectElasticsearch();
  await elasticsearch.update({ index: entry.index_name, id, doc: { lines: [] }, refresh: true });
  await elasticsearch.close();
  const verification = renderVerification(await harness.verify(entry), { values: false });
  expect(verification).toContain('lines (3 in the tables, 0 in the document)');
});
