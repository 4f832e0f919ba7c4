import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { readingTransaction } from '../../../src/postgres/rows/reading-transaction';
import { describeRule, type RuleRequest } from '../../../src/postgres/rules/describe-rule';
import { eventually } from '../../support/eventually';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;

beforeAll(async () => {
  database = await createDatabase();
  // The rules run as a superuser: what stops them is not a missing right.
  source = openTestSource(database, {}, { maxConnections: 1 });
  await database.sql(`
    create table employee (emp_id int primary key, name text);
    insert into employee values (1, 'John'), (2, 'Jane');
    create sequence s;
    create procedure remove() language sql as 'delete from employee';
    create function removing() returns int language sql as 'delete from employee; select 1';
    create function removing_later() returns int language plpgsql as
      $$ begin perform set_config('transaction_read_only', 'off', false); delete from employee; return 1; end $$;
    create function slow() returns int immutable language plpgsql as
      $$ begin perform pg_sleep(600); return 1; end $$`);
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

const rule = (query: string): RuleRequest => ({
  schema: 'public',
  table: 'rule-1',
  tables: ['employee'],
  query,
  idColumns: ['emp_id'],
  searchPath: ['public'],
});

/** Describes a rule and reads its rows, as a sync does. */
async function run(query: string): Promise<Record<string, unknown>[]> {
  const { rows } = await describeRule(source, rule(query));
  return withTransaction(source, (tx) => tx.query(`select t.* from ${rows.from} as t`), readingTransaction({ rows }));
}

const INVALID = { type: 'InvalidRule' };

afterEach(async () => {
  expect(await database.sql('select count(*)::int as n from employee')).toEqual([{ n: 2 }]);
});

describe('a rule’s query', () => {
  test.each([
    `copy employee to program 'cat > /dev/null'`,
    `copy (select 1) to stdout`,
    `copy employee from program 'echo 3'`,
    'set role postgres',
    'set statement_timeout = 0',
    'reset all',
    'begin',
    'commit; delete from employee',
    'rollback',
    'select emp_id from employee; delete from employee',
    'select emp_id from employee);delete from employee;--',
    'select emp_id from employee) as q (emp_id)); delete from employee; select (select * from (select 1',
    'select emp_id from employee)) union (select ((1',
    'select emp_id from employee /*',
    "select emp_id from employee where name = '",
    'select emp_id from employee where name = $x$',
    `do $$ begin delete from employee; end $$`,
    'call remove()',
    'lock table employee',
    'vacuum',
    'listen x',
    'notify x',
    'create temporary table x as select 1',
    'explain analyze delete from employee',
    'prepare x as delete from employee',
    'execute pgferry_rule',
    'deallocate all',
    'declare c cursor for select 1',
    'insert into employee values (3)',
    'with d as (delete from employee returning *) select * from d',
    'select emp_id into x from employee',
    'select emp_id from employee for update',
    'select emp_id from employee for key share',
    'select emp_id, pg_advisory_lock(1) as l from employee',
  ])('is refused before it runs: %s', async (query) => {
    await expect(describeRule(source, rule(query))).rejects.toMatchObject(INVALID);
  });

  test.each([
    'select emp_id, removing() as r from employee',
    `select emp_id, set_config('transaction_read_only', 'off', false) as c, removing() as r from employee`,
    'select emp_id, removing_later() as r from employee',
    `select emp_id, nextval('s') as n from employee`,
    `select emp_id, setval('s', 9) as n from employee`,
    'select emp_id, lo_create(0) as o from employee',
    `select emp_id, query_to_xml('delete from employee returning 1', true, true, '')::text as x from employee`,
  ])('can’t write through functions: %s', async (query) => {
    await expect(run(query)).rejects.toMatchObject(INVALID);
  });

  test('that claims to be done while it is planned does not keep a sync from saying so', async () => {
    const described = describeRule(source, rule('select emp_id, slow() as s from employee'), { timeoutMs: 500 });
    await expect(described).rejects.toMatchObject(INVALID);
  });

  test('is not run by its description', async () => {
    await describeRule(source, rule('select emp_id, pg_sleep(600)::text as s, 1 / (emp_id - 1) as d from employee'));
  });

  test('leaves no setting, role or lock behind on a connection that others use', async () => {
    await database.sql('create role hostile_other; grant usage on schema public to hostile_other');
    try {
      await run(`select emp_id, set_config('role', 'hostile_other', false) as r,
        set_config('search_path', 'nowhere', false) as p, U&"pg\\005fadvisory\\005flock"(7)::text as l from employee`);
      const [now] = await withTransaction(source, (tx) =>
        tx.query(`select current_user::text as "user", current_setting('search_path') as path`),
      );
      expect(now).toEqual({ user: source.settings.username, path: 'pg_catalog' });
      await eventually('the advisory lock is gone', async () => {
        const locks = await database.sql(
          `select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = 7`,
        );
        return locks[0]?.['n'] === 0;
      });
    } finally {
      await database.sql('drop owned by hostile_other; drop role hostile_other');
    }
  });
});
