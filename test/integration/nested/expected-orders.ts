import { groupBy } from '../../../src/postgres/catalog/group-by';
import type { TestDatabase } from '../../support/postgres';
import type { StoredDocument } from '../../support/read-documents';

type Row = Readonly<Record<string, unknown>>;

/** The branches of `public.orders` as the tests declare them. */
export const ORDER_TREE = {
  customer: { table: 'customers', columns: ['name', 'country'], rename: { country: 'land' } },
  lines: {
    table: 'order_lines',
    where: `status <> 'void'`,
    order_by: ['position desc'],
    exclude_columns: ['order_id', 'product_code'],
    rollups: { line_count: 'count', total: { sum: 'price' }, line_ids: 'ids', dearest: { max: 'price' } },
    with: { product: { table: 'products', exclude_columns: ['photo'] } },
  },
  tags: { table: 'tags', through: 'order_tags', columns: ['name'] },
  newest: { table: 'order_lines', order_by: ['id desc'], limit: 2, columns: ['id', 'quantity'] },
};

/** What the documents of all orders must hold, put together row by row, by code that shares nothing with pgferry. */
export async function expectedOrders(database: TestDatabase): Promise<ReadonlyMap<number, Row>> {
  const read = async (table: string) =>
    (await database.sql(`select row_to_json(t) as row from ${table} as t`)).map(({ row }) => row as Row);
  const [orders = [], customers = [], lines = [], products = [], tags = [], links = []] = await Promise.all(
    ['orders', 'customers', 'order_lines', 'products', 'tags', 'order_tags'].map(read),
  );
  const customerOf = new Map(customers.map((customer) => [customer['id'], customer]));
  const linesOf = groupBy(lines, (line) => line['order_id']);
  const linksOf = groupBy(links, (link) => link['order_id']);
  return new Map(
    orders.map((order) => {
      const customer = customerOf.get(order['customer_id']);
      const own = linesOf.get(order['id']) ?? [];
      const valid = own
        .filter(({ status }) => status !== 'void')
        .sort((a, b) => Number(b['position']) - Number(a['position']) || Number(a['id']) - Number(b['id']));
      const tagged = (linksOf.get(order['id']) ?? []).map((link) => link['tag_id']);
      const prices = valid.flatMap(({ price }) => (price === null ? [] : [Number(price)]));
      return [
        Number(order['id']),
        {
          customer: customer === undefined ? null : { name: customer['name'], land: customer['country'] },
          lines: valid.map((line) => describeLine(line, products)),
          line_count: valid.length,
          total: prices.length === 0 ? null : round(prices.reduce((sum, price) => sum + price, 0)),
          line_ids: valid.map(({ id }) => id),
          dearest: prices.length === 0 ? null : round(Math.max(...prices)),
          tags: tags
            .filter(({ id }) => tagged.includes(id))
            .sort((a, b) => Number(a['id']) - Number(b['id']))
            .map(({ name }) => ({ name })),
          newest: [...own]
            .sort((a, b) => Number(b['id']) - Number(a['id']))
            .slice(0, 2)
            .map(({ id, quantity }) => ({ id, quantity })),
        },
      ];
    }),
  );
}

function describeLine(line: Row, products: readonly Row[]): Row {
  const { id, position, quantity, price, status, at } = line;
  const product = products.find(({ code }) => code === line['product_code']);
  const { code, title, weight } = product ?? {};
  return { id, position, quantity, price, status, at, product: product === undefined ? null : { code, title, weight } };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Branches of the documents of orders, by the orders' ids, comparable with {@link asDocuments}. */
export function ordersOfDocuments(documents: readonly StoredDocument[]): ReadonlyMap<number, unknown> {
  return new Map(
    documents.map(({ _source: source }) => {
      const { customer, lines, line_count, total, line_ids, dearest, tags, newest } = source;
      const nested = { customer, lines, line_count, total, line_ids, dearest, tags, newest };
      return [Number(source['public_orders_id']), asNumbers(nested)] as const;
    }),
  );
}

/** What {@link expectedOrders} tells, as a reader of documents has it. */
export function asDocuments(orders: ReadonlyMap<number, Row>): ReadonlyMap<number, unknown> {
  return new Map([...orders].map(([id, order]) => [id, asNumbers(order)]));
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
