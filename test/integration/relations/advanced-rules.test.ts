import { renderPlan } from '../../../src/cli/output/render-plan';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

/** The tables of Elastic's reference: https://www.elastic.co/docs/reference/search-connectors/es-connectors-postgresql */
const SAMPLE = `
  drop table if exists employee, customer;
  create table employee (emp_id int primary key, name text, age int);
  create table customer (c_id int primary key, name text, age int);
  insert into employee values (3, 'John', 28), (10, 'Jane', 35), (14, 'Alex', 22);
  insert into customer values (2, 'Elm', 24), (6, 'Pine', 30), (9, 'Oak', 34)`;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
});

beforeEach(() => database.sql(SAMPLE));

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

function withRules(advanced: unknown, from?: ConnectorEntry, configuration = {}): ConnectorEntry {
  const entry = from ?? connectorEntry(database, configuration);
  return { ...entry, sync_rules: { advanced } };
}

/** The columns of all documents, without what pgferry adds. */
async function columnsOf(entry: ConnectorEntry): Promise<Record<string, unknown>[]> {
  const added = new Set([
    'id',
    'database',
    'schema',
    'table',
    '_timestamp',
    '_relation',
    '_bucket',
    '_id_hash',
    '_fingerprint',
  ]);
  const documents = await harness.documents(entry);
  return documents
    .map(({ _source }) => Object.fromEntries(Object.entries(_source).filter(([name]) => !added.has(name))))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const EMPLOYEES = [
  { public_employee_emp_id: '10', public_employee_name: 'Jane', public_employee_age: '35' },
  { public_employee_emp_id: '14', public_employee_name: 'Alex', public_employee_age: '22' },
  { public_employee_emp_id: '3', public_employee_name: 'John', public_employee_age: '28' },
];
const CUSTOMERS = [
  { public_customer_c_id: '2', public_customer_name: 'Elm', public_customer_age: '24' },
  { public_customer_c_id: '6', public_customer_name: 'Pine', public_customer_age: '30' },
  { public_customer_c_id: '9', public_customer_name: 'Oak', public_customer_age: '34' },
];

describe('the examples of Elastic’s reference', () => {
  test('two queries', async () => {
    const entry = withRules([
      { tables: ['employee'], query: 'SELECT * FROM employee' },
      { tables: ['customer'], query: 'SELECT * FROM customer' },
    ]);
    expect(await harness.sync(entry)).toMatchObject({ indexed: 6, rejected: 0 });
    expect(await columnsOf(entry)).toEqual([...CUSTOMERS, ...EMPLOYEES]);
    const [document] = await harness.documents(entry);
    expect(document?._source['table']).toEqual(['customer']);
    expect(await harness.sync(entry)).toMatchObject({ indexed: 0, unchanged: 6, deleted: 0 });
  });

  test('two queries with id_columns', async () => {
    const entry = withRules([
      { tables: ['employee'], query: 'SELECT * FROM employee', id_columns: ['emp_id'] },
      { tables: ['customer'], query: 'SELECT * FROM customer', id_columns: ['c_id'] },
    ]);
    await harness.sync(entry);
    expect(await columnsOf(entry)).toEqual([...CUSTOMERS, ...EMPLOYEES]);
  });

  test('a where clause', async () => {
    const entry = withRules([{ tables: ['employee'], query: 'SELECT * FROM employee WHERE emp_id > 5' }]);
    await harness.sync(entry);
    expect(await columnsOf(entry)).toEqual(EMPLOYEES.slice(0, 2));
  });

  test('a join: empty on the sample, and every column of both tables once rows meet', async () => {
    const query = 'SELECT * FROM employee INNER JOIN customer ON employee.emp_id = customer.c_id';
    const entry = withRules([{ tables: ['employee', 'customer'], query }]);
    expect(await harness.sync(entry)).toMatchObject({ indexed: 0 });
    await database.sql(`insert into customer values (3, 'Ash', 41), (10, 'Yew', 52)`);
    expect(await harness.sync(entry)).toMatchObject({ indexed: 2 });
    const joined = (id: string, names: string[], ages: string[]) => ({
      public_customer_employee_emp_id: id,
      public_customer_employee_employee_name: names[0],
      public_customer_employee_employee_age: ages[0],
      public_customer_employee_c_id: id,
      public_customer_employee_customer_name: names[1],
      public_customer_employee_customer_age: ages[1],
    });
    expect(await columnsOf(entry)).toEqual([
      joined('10', ['Jane', 'Yew'], ['35', '52']),
      joined('3', ['John', 'Ash'], ['28', '41']),
    ]);
    const [document] = await harness.documents(entry);
    expect(document?._source['table']).toEqual(['employee', 'customer']);
  });
});

describe('a rule that can’t be', () => {
  const rule = (query: string, others: object = {}) => [{ tables: ['employee'], query, ...others }];

  test.each([
    ['has a syntax error', rule('selec * from employee'), /syntax error at or near "selec"/],
    ['names no table', [{ tables: ['nobody'], query: 'select 1' }], /there is no table "nobody"/],
    ['names a table in another case', [{ tables: ['Employee'], query: 'select 1' }], /Did you mean "employee"/],
    ['reads no table', rule('select * from nobody'), /"nobody" does not exist/],
    ['has no such column', rule('select nothing from employee'), /"nothing" does not exist/],
    ['is two statements', rule('select * from employee; delete from employee'), /multiple commands/],
    ['has parameters', rule('select * from employee where emp_id = $1'), /parameters, such as \$1/],
    ['is no query', rule('explain select * from employee'), /syntax error at or near "explain"/],
    ['closes its parenthesis', rule('select 1) as q; drop table employee; --'), /syntax error at or near "\)"/],
    ['takes an advisory lock', rule('select emp_id, pg_advisory_lock(1) from employee'), /advisory lock/],
    ['deletes', rule('delete from employee returning *'), /single select statement/],
    ['deletes within a query', rule('with d as (delete from employee returning *) select * from d'), /top level/],
    ['locks', rule('select * from employee for update'), /read-only transaction/],
    ['makes a table', rule('select * into copied from employee'), /single select statement/],
    ['has an unknown id column', rule('select * from employee', { id_columns: ['nr'] }), /"nr", which is not among/],
    ['has no primary key column', rule('select name from employee'), /"emp_id" of the primary key/],
    ['has two columns of one name', rule('select emp_id, 1 as n, 2 as n from employee'), /2 columns called "n"/],
    [
      'has an id column that may be either',
      [
        {
          tables: ['employee', 'customer'],
          query: 'select * from employee, customer',
          id_columns: ['name'],
        },
      ],
      /any of "employee_name", "customer_name"/,
    ],
  ])('because it %s is a problem before anything is read or written', async (_, advanced, message) => {
    const entry = withRules(advanced);
    const [problem, ...others] = await harness.check(entry);
    expect(problem).toMatchObject({ type: 'InvalidRule' });
    expect(problem?.message).toMatch(message);
    expect(problem?.message).toContain('Advanced sync rule 1');
    expect(others).toEqual([]);
  });

  test('fails the sync and makes no index', async () => {
    const entry = withRules(rule('delete from employee returning *'));
    await expect(harness.sync(entry)).rejects.toMatchObject({ type: 'InvalidRule' });
    await expect(harness.documents(entry)).rejects.toThrow();
    expect(await database.sql('select count(*)::int as n from employee')).toEqual([{ n: 3 }]);
  });

  test('that writes through a function fails, and changes nothing', async () => {
    await database.sql(
      `create or replace function sneaky() returns int language sql as 'delete from employee; select 1'`,
    );
    const entry = withRules(rule('select emp_id, sneaky() as s from employee'));
    await expect(harness.sync(entry)).rejects.toMatchObject({ type: 'InvalidRule' });
    expect(await database.sql('select count(*)::int as n from employee')).toEqual([{ n: 3 }]);
  });

  test('every wrong rule is named at once', async () => {
    const entry = withRules([...rule('select 1 +'), ...rule('select * from employee'), ...rule('table nowhere')]);
    const messages = (await harness.check(entry)).map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining('rule 1 '), expect.stringContaining('rule 3 ')]);
  });
});

test('rules may be with, values and table statements, end in comments and semicolons, and see every schema', async () => {
  await database.sql(`create schema if not exists sales;
    create table if not exists sales."Order" ("Id" int primary key); insert into sales."Order" values (1) on conflict do nothing`);
  const entry = withRules(
    [
      { tables: ['employee'], query: 'with e as (select * from employee) select * from e -- all of them' },
      { tables: ['Order'], query: 'table "Order";; -- done\n/* x */ ;' },
      { tables: ['employee'], query: `values (1, 'a:b %')`, id_columns: ['column1'] },
    ],
    undefined,
    { schema: 'public, sales' },
  );
  expect(await harness.sync(entry)).toMatchObject({ indexed: 5 });
});

test('rows of a rule that share a key become a dead letter that names its columns', async () => {
  const query = 'select age / 10 as decade, name from employee';
  const entry = withRules([{ tables: ['employee'], query, id_columns: ['decade'] }]);
  expect(await harness.sync(entry)).toMatchObject({ indexed: 1, rejected: 2 });
  expect(await harness.deadLetters(entry)).toMatchObject([{ reason: '2 rows have the same key ("decade")' }]);
});

test('rules take effect with the next full sync, and an incremental one says that it is due', async () => {
  const tables = connectorEntry(database);
  expect(await harness.sync(tables)).toMatchObject({ indexed: 6 });
  const ruled = withRules([{ tables: ['employee'], query: 'select * from employee where emp_id > 5' }], tables);
  const due = { type: 'FullSyncDue' };
  await expect(harness.sync(ruled, { jobType: 'incremental' })).rejects.toMatchObject(due);
  expect(await harness.documents(ruled)).toHaveLength(6);
  expect(renderPlan(await harness.plan(ruled))).toMatch(/rule over employee +emp_id +copy/);
  expect(await harness.sync(ruled)).toMatchObject({ indexed: 2, deleted: 6 });
  expect(await harness.sync(ruled, { jobType: 'incremental' })).toMatchObject({ indexed: 0, deleted: 0 });

  const changed = withRules([{ tables: ['employee'], query: 'select * from employee where emp_id > 12' }], tables);
  await expect(harness.sync(changed, { jobType: 'incremental' })).rejects.toMatchObject(due);
  expect(await harness.sync(changed)).toMatchObject({ indexed: 0, deleted: 1, unchanged: 1 });

  await expect(harness.sync(tables, { jobType: 'incremental' })).rejects.toMatchObject(due);
  expect(await harness.sync(tables)).toMatchObject({ indexed: 6, deleted: 1 });
});

test('a rule sees new columns and changed rows also in an incremental sync', async () => {
  const entry = withRules([{ tables: ['employee'], query: 'select * from employee' }]);
  await harness.sync(entry);
  await database.sql(`alter table employee add column team text; update employee set team = 'blue' where emp_id = 3;
    delete from employee where emp_id = 14`);
  expect(await harness.sync(entry, { jobType: 'incremental' })).toMatchObject({ indexed: 2, deleted: 1 });
  expect(await columnsOf(entry)).toContainEqual({ ...EMPLOYEES[2], public_employee_team: 'blue' });
});
