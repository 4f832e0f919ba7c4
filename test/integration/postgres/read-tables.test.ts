import { findReadTables, type ReadTable } from '../../../src/postgres/catalog/find-read-tables';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { findNamedRelations } from '../../../src/postgres/rules/find-named-relations';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;
let names: ReadonlyMap<number, string>;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql(`
    create schema "Other Schema";
    create table orders (id int primary key, state text);
    create table "Other Schema"."Lines" (id int, orders int);
    create table parts (id int, day date) partition by range (day);
    create table part_1 partition of parts for values from ('2026-01-01') to ('2026-02-01');
    create table part_2 partition of parts for values from ('2026-02-01') to ('2026-03-01') partition by list (id);
    create table part_2_7 partition of part_2 for values in (7);
    create table parent (id int);
    create table child () inherits (parent);
    create table grandchild () inherits (child);
    create materialized view stored as select id from orders;
    create view simple as select * from orders;
    create view deep as select s.id, l.id as line from simple as s join "Other Schema"."Lines" as l on l.orders = s.id
      where exists (select from parts) and s.id in (with c as (select * from parent) select id from c);
    create view recursive_one as with recursive r as (select id from orders union select id from r) select * from r;
    create view of_stored as select * from stored;
    create view of_leaf as select * from part_2_7;
    create view of_system as select relname from pg_class;
    create view redirected as select id from parent;
    create rule redirect as on insert to redirected do instead insert into orders values (new.id, 'x');
    create function hidden() returns bigint language sql as 'select count(*) from orders'`);
  const relations = await database.sql(`select oid::bigint::float8 as oid, relname from pg_class`);
  names = new Map(relations.map(({ oid, relname }) => [Number(oid), String(relname)]));
});
afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

const oidOf = (name: string) => [...names].find(([, known]) => known === name)?.[0] ?? 0;
const find = (...readers: readonly string[]) => withTransaction(source, (tx) => findReadTables(tx, readers.map(oidOf)));
const tablesOf = (tables: readonly ReadTable[]) => tables.map(({ table }) => table);

test('views are looked through, as deep as they go; rules that writing follows are not', async () => {
  expect(tablesOf(await find('simple'))).toEqual(['orders']);
  expect(tablesOf(await find('deep'))).toEqual(['Lines', 'orders', 'parent', 'parts']);
  expect(tablesOf(await find('recursive_one'))).toEqual(['orders']);
  expect(tablesOf(await find('redirected'))).toEqual(['parent']);
  expect(await find('of_system')).toEqual([]);
  expect(await find('of_stored')).toMatchObject([{ table: 'stored', kind: 'materialized' }]);
  expect(await find('orders')).toMatchObject([{ reader: oidOf('orders'), table: 'orders', kind: 'table' }]);
});

test('rows are in partitions and in tables that inherit, each with the tables in whose name changes come', async () => {
  const describe = (tables: readonly ReadTable[]) =>
    tables.map(({ members }) =>
      members
        .map(({ oid, isTable, roots }) => [names.get(oid), isTable, roots.map((root) => names.get(root)).sort()])
        .sort(),
    );
  expect(describe(await find('parts'))).toEqual([
    [
      ['part_1', true, ['parts']],
      ['part_2_7', true, ['part_2', 'parts']],
    ],
  ]);
  expect(describe(await find('of_leaf'))).toEqual([[['part_2_7', true, ['part_2', 'parts']]]]);
  expect(describe(await find('parent'))).toEqual([
    [
      ['child', true, []],
      ['grandchild', true, []],
      ['parent', true, []],
    ],
  ]);
  expect(describe(await find('stored'))).toEqual([[['stored', false, []]]]);
});

test('a query’s tables are those that it names, and those of its views; nothing of it runs', async () => {
  const named = async (query: string) => {
    const oids = await withTransaction(source, (tx) => findNamedRelations(tx, query), { searchPath: ['public'] });
    return oids.map((oid) => names.get(oid)).sort();
  };
  expect(await named('select * from orders where exists (select from parts) -- and a comment')).toEqual([
    'orders',
    'parts',
  ]);
  expect(await named('with c as (select 1 / 0 from "Other Schema"."Lines") select * from c')).toEqual(['Lines']);
  expect(await named('select * from simple')).toEqual(expect.arrayContaining(['simple']));
  expect(await named('select hidden()')).toEqual([]);
  expect(await named('select relname from pg_class')).toEqual([]);
});
