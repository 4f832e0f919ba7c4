import type { Random } from './random';

/** What a writer does in one transaction. */
export interface Change {
  readonly statements: readonly string[];
  /** Milliseconds that the transaction stays open before it ends. */
  readonly pauseMs: number;
  readonly ending: 'commit' | 'rollback';
}

/** Makes up a change: most are small and quick; some are large, take their time, or are taken back. */
export function inventChange(random: Random): Change {
  const kind = random.weighted({ one: 10, several: 3, slow: 1, takenBack: 1 });
  const count = kind === 'one' ? 1 : random.between(2, 5);
  return {
    statements: Array.from({ length: count }, () => inventStatement(random)),
    pauseMs: kind === 'slow' ? random.between(200, 2_000) : 0,
    ending: kind === 'takenBack' ? 'rollback' : 'commit',
  };
}

const WEIGHTS = {
  insertOrders: 7,
  updateOrders: 8,
  deleteOrders: 5,
  renumberOrders: 3,
  replaceOrder: 2,
  updateStock: 5,
  insertStock: 2,
  deleteStock: 2,
  renameStock: 3,
  insertEvents: 5,
  updateEvents: 4,
  moveEvents: 4,
  deleteEvents: 4,
  insertDocuments: 2,
  growDocument: 1,
  deleteDocuments: 1,
  updateMany: 0.3,
  touchWithoutChange: 1,
};

/** Random rows of a table, found by a few of its pages. */
function rowSourceOf(random: Random, table: string, most: number): string {
  const limit = random.between(1, most);
  return `ctid = any (array(select ctid from ${table} tablesample system (1) limit ${limit}))`;
}

function inventStatement(random: Random): string {
  const many = random.between(1, 12);
  const leaf = random.pick(['events_0', 'events_1', 'events_2a', 'events_2b']);
  const text = `md5('${random.between(0, 1e9)}')`;
  const statements: Record<keyof typeof WEIGHTS, () => string> = {
    insertOrders: () =>
      `insert into orders (customer, amount, note) select 'new ' || n, n, ${text} from generate_series(1, ${many}) as n`,
    updateOrders: () =>
      `update orders set amount = amount + 1, note = ${text} where ${rowSourceOf(random, 'orders', 20)}`,
    deleteOrders: () => `delete from orders where ${rowSourceOf(random, 'orders', 15)}`,
    renumberOrders: () =>
      `update orders set id = nextval(pg_get_serial_sequence('orders', 'id')) where ${rowSourceOf(random, 'orders', 5)}`,
    replaceOrder: () =>
      `with gone as (delete from orders where ${rowSourceOf(random, 'orders', 3)} returning id)
       insert into orders (customer, note) select 'another', ${text} from gone`,
    updateStock: () => `update stock set quantity = quantity + 1 where ${rowSourceOf(random, 'stock', 20)}`,
    insertStock: () =>
      `insert into stock select warehouse, sku + ${random.between(100_000, 900_000)}, 1 from stock
       where ${rowSourceOf(random, 'stock', 10)} on conflict do nothing`,
    deleteStock: () => `delete from stock where ${rowSourceOf(random, 'stock', 10)}`,
    renameStock: () =>
      `update stock set warehouse = warehouse || '_' || (random() * 1e6)::integer where ${rowSourceOf(random, 'stock', 3)}`,
    insertEvents: () =>
      `insert into events (region, kind, payload)
       select n % 3, 'new', jsonb_build_object('text', ${text}) from generate_series(1, ${many}) as n`,
    updateEvents: () =>
      `update ${leaf} set payload = payload || jsonb_build_object('seen', ${text}) where ${rowSourceOf(random, leaf, 20)}`,
    moveEvents: () =>
      `update events set region = (region + 1) % 3 where id in (select id from ${leaf} tablesample system (1) limit ${many})`,
    deleteEvents: () => `delete from ${leaf} where ${rowSourceOf(random, leaf, 10)}`,
    insertDocuments: () =>
      `insert into documents (title, body, data, tags) values ('new', repeat(${text}, 20), '{"new": true}', array[${text}])`,
    growDocument: () =>
      `update documents set body = repeat(${text} || ' ', ${random.between(100, 3_000)}) where ${rowSourceOf(random, 'documents', 2)}`,
    deleteDocuments: () => `delete from documents where ${rowSourceOf(random, 'documents', 3)}`,
    updateMany: () => `update orders set note = ${text} where id % 50 = ${random.between(0, 49)}`,
    touchWithoutChange: () => `update stock set quantity = quantity where ${rowSourceOf(random, 'stock', 20)}`,
  };
  return statements[random.weighted(WEIGHTS)]();
}
