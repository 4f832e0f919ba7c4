import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { describeQuery } from '../../../src/postgres/rules/describe-query';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql('create table orders (id bigint primary key, note text)');
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

describe('the query of a rule', () => {
  const describeIn = (query: string) =>
    withTransaction(source, (tx) => describeQuery(tx, query), { activity: 'running a rule', searchPath: ['public'] });

  test('has columns, found by its search path, and knows the tables that they come from', async () => {
    expect(await describeIn('select id as "Order", id::numeric(9,1) as n from orders -- all')).toMatchObject([
      { name: 'Order', type: { name: 'int8' }, origin: { table: 'orders', column: 'id' } },
      { name: 'n', type: { sqlName: 'numeric(9,1)' } },
    ]);
  });

  test.each([
    ['is no query', 'delete from orders returning *'],
    ['names no table', 'select * from nowhere'],
    ['locks rows', 'select * from orders for update'],
    ['has parameters', 'select * from orders where id = $1'],
    ['takes an advisory lock', 'select pg_advisory_lock(1) as id'],
    ['is two statements', 'select 1; select 2'],
    ['escapes its parentheses', 'select 1) as t; commit; drop table orders; select * from (select 1'],
    ['escapes its parentheses in one statement', 'select 1) as a, (select 2'],
  ])('that %s is refused', async (_, query) => {
    await expect(describeIn(query)).rejects.toMatchObject({ type: 'InvalidRule' });
  });

  test.each(['values (1, 2)', 'table orders', 'with o as (select * from orders) select * from o;'])(
    'may be %s',
    async (query) => {
      expect((await describeIn(query)).length).toBeGreaterThan(0);
    },
  );
});
