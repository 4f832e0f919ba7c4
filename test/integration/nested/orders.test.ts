import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { renderPlan } from '../../../src/cli/output/render-plan';
import { renderVerification } from '../../../src/cli/output/render-verification';
import { countDifferences } from '../../../src/verify/verification';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { reportOf, startSyncHarness, type SyncHarness } from '../../support/sync-harness';
import { expectedOrders, ORDER_TREE } from './expected-orders';

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
  const expected = await expectedOrders(database);
  const documents = await harness.documents(entry);
  const found = documents.map(({ _source: source }) => {
    const { customer, lines, line_count, total, line_ids, dearest, tags, newest } = source;
    const nested = { customer, lines, line_count, total, line_ids, dearest, tags, newest };
    return [Number(source['public_orders_id']), asNumbers(nested)] as const;
  });
  expect(new Map(found)).toEqual(new Map([...expected].map(([id, order]) => [id, asNumbers(order)])));
  expect(countDifferences(await harness.verify(entry))).toBe(0);
}

/** The reader of documents keeps all digits, as text. */
function asNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNumbers);
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? String(value) : trimZeros(value);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, asNumbers(child)]));
}

function trimZeros(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? String(Number(value)) : value;
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

/** The cases of the design's table, each with the orders whose documents it changes. */
test.each([
  [
    'line inserted',
    `insert into order_lines (id, order_id, product_code, position, quantity) values (1001, 40, 'p1', 1, 1)`,
    1,
  ],
  ['line updated', `update order_lines set quantity = 77 where id = 5`, 1],
  ['line deleted', `delete from order_lines where id = 6`, 1],
  ['all lines of an order deleted', `delete from order_lines where order_id = 9`, 1],
  ['line moved to another order', `update order_lines set order_id = 20 where id = 18`, 2],
  [
    'line moved there and back',
    `update order_lines set order_id = 21 where id = 30; update order_lines set order_id = 31 where id = 30`,
    1,
  ],
  [
    'line deleted and inserted with the same key',
    `with gone as (delete from order_lines where id = 31 returning *)
     select * into temporary kept from order_lines where id = 31;
     delete from order_lines where id = 31; insert into order_lines select * from kept`,
    1,
  ],
  [`line's product changed`, `update products set title = 'another' where code = 'p2'`, undefined],
  ['link row added', `insert into order_tags values (35, 1)`, 1],
  ['link row removed', `delete from order_tags where order_id = 3 and tag_id = 5`, 1],
  ['link row swapped', `update order_tags set tag_id = 2 where order_id = 4 and tag_id = 6`, 1],
  ['customer changed', `update customers set country = 'XX' where id = 2`, 4],
  ['orders.customer_id changed', `update orders set customer_id = 7 where id = 12`, 1],
  ['customer deleted', `delete from customers where id = 8`, 3],
  ['child leaves where', `update order_lines set status = 'void' where id = 50`, 1],
  ['child enters where', `update order_lines set status = 'open' where id = 51`, 1],
  ['row behind limit moves up after a deletion', `delete from order_lines where id = 140`, 1],
])('after "%s" documents are as all tables say, and only those orders are sent', async (_, change, orders) => {
  await database.sql(change);
  const report = await harness.sync(entry, { jobType: 'incremental' });
  if (orders !== undefined) expect(reportOf(report, 'public.orders')).toMatchObject({ indexed: orders, deleted: 0 });
  await expectDocumentsOfOrders();
});

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
