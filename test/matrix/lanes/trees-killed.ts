import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { asDocuments, expectedOrders, ORDER_TREE, ordersOfDocuments } from '../../integration/nested/expected-orders';
import { ORDER_CASES } from '../../integration/nested/order-cases';
import { createRandom } from '../../soak/random';
import type { RunningCommand } from '../../support/command-line';
import { type ConfiguredConnector, createConfiguredConnector } from '../../support/configured-connector';
import { readDocuments, type StoredDocument } from '../../support/read-documents';

const SEED = Number(process.env['PGFERRY_TREES_SEED'] ?? Date.now() % 1_000_000);
/** So many that a sync lasts long enough to be killed. */
const ORDERS = 8_000;
const SHOP = readFileSync(join(__dirname, '../../integration/nested/shop.sql'), 'utf8');
/** Lines in partitions, some of which come and go. */
const PARTITIONED = `
  ) partition by range (id);
  create table lines_1 partition of order_lines for values from (1) to (10000);
  create table lines_2 partition of order_lines for values from (10000) to (20000);
  create table lines_3 partition of order_lines for values from (20000) to (10000000);`;
const MANY = `
  insert into orders select n, 'order ' || n, 1 + n % 10 from generate_series(1001, ${1_000 + ORDERS}) as n;
  insert into order_lines (id, order_id, product_code, position, quantity, price)
    select 10000 + n, 1001 + n % ${ORDERS}, 'p' || 1 + n % 5, n % 7, n % 4, n * 1.10 from generate_series(1, ${ORDERS * 5}) as n;
  insert into order_tags select n, 1 + n % 6 from generate_series(1001, ${1_000 + ORDERS}) as n`;

/** What the table of cases has beside what happens to rows. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['order deleted with its lines', 'delete from orders where id = 11'],
  [
    'children truncated, refilled with COPY FREEZE',
    `begin; truncate order_tags; copy order_tags from program 'seq -f "%g	3" 1 40' (freeze); commit`,
  ],
  ['partition of children detached', 'alter table order_lines detach partition lines_2'],
  [
    'partition of children attached',
    'alter table order_lines attach partition lines_2 for values from (10000) to (20000)',
  ],
  [`child's column added`, `alter table tags add column color text default 'red'`],
  [`child's type changed`, 'alter table order_lines alter column quantity type bigint'],
  [`child's enum label renamed`, `alter type status rename value 'open' to 'valid'`],
];
const random = createRandom(SEED);

let shop: ConfiguredConnector;
let worker: RunningCommand;
let killed = 0;

beforeAll(async () => {
  shop = await createConfiguredConnector({
    source: { tables: 'orders' },
    connector: { max_delete_ratio: 1, documents: { nested: { orders: ORDER_TREE } } },
  });
  await shop.database.sql(SHOP.replace(/(default '2026-01-02 03:04:05\+01')\s*\);/u, `$1${PARTITIONED}`) + MANY);
  worker = await shop.startWorker();
  await shop.run('sync');
}, 120_000);
afterAll(() => shop.close());

/** Kills the worker somewhere in a sync, and lets another one go on. */
async function killDuring(sync: RunningCommand): Promise<void> {
  await sleep(random.between(0, 1_500));
  if (sync.child.exitCode === null) killed += 1;
  worker.child.kill('SIGKILL');
  await worker.finished;
  worker = await shop.startWorker();
}

async function expectOrders(): Promise<void> {
  const documents: StoredDocument[] = [];
  for await (const document of readDocuments(shop.connector.index_name)) documents.push(document);
  expect(ordersOfDocuments(documents)).toEqual(asDocuments(await expectedOrders(shop.database)));
  expect(await shop.run('verify')).toMatchObject({ code: 0 });
}

test.each([...ORDER_CASES.map(([name, change]) => [name, change] as const), ...OTHERS])(
  `after "%s" during a sync whose worker is killed, and another sync, documents are as all tables say (seed ${SEED})`,
  async (_, change) => {
    const isFull = random.chance(0.5);
    // Something to do for an incremental one.
    if (!isFull) await shop.database.sql(`update order_lines set position = position + 1 where id > 10000`);
    const sync = shop.start('sync', ...(isFull ? ['--full'] : []));
    await sleep(random.between(500, 1_500));
    await Promise.all([shop.database.sql(change), killDuring(sync)]);
    expect((await sync.finished).code).toBe(0);
    expect((await shop.run('sync')).code).toBe(0);
    await expectOrders();
  },
  180_000,
);

test('most of the workers were killed while a sync ran', () => {
  process.stderr.write(`trees: ${killed} of ${ORDER_CASES.length + OTHERS.length} workers killed during a sync\n`);
  expect(killed).toBeGreaterThan((ORDER_CASES.length + OTHERS.length) / 2);
});
