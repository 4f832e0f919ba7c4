import { randomBytes } from 'node:crypto';

import type { ConnectorProblem } from '../../src/activities/check/collect-problems';
import { readJson, runInProcess } from '../support/command-line';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { createDatabase, type TestDatabase } from '../support/postgres';

const role = `Reader ${randomBytes(6).toString('hex')}`;
const quoted = `"${role}"`;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create role ${quoted} login password 'x';
    revoke connect on database ${database.name} from public;
    create schema sales;
    create table sales.orders (id integer primary key, amount numeric);
    create table sales."Odd ""Name" (id integer primary key);
    create table sales.guarded (id integer primary key);
    alter table sales.guarded enable row level security;`);
});

/** What a reader needs for all of it; each test takes one away. */
beforeEach(async () => {
  await database.sql(`
    alter role ${quoted} login bypassrls;
    grant connect on database ${database.name} to ${quoted};
    grant usage on schema sales to ${quoted};
    grant select on all tables in schema sales to ${quoted};`);
});

afterAll(async () => {
  await database.sql(`drop owned by ${quoted}; drop role ${quoted}`);
  await database.drop();
});

async function check(
  selection: Readonly<Record<string, unknown>> = { schema: 'sales', tables: 'orders, Odd "Name, guarded' },
  entry: Readonly<Record<string, unknown>> = {},
): Promise<readonly ConnectorProblem[]> {
  const connector = connectorEntry(database, { username: role, password: 'x', ...selection }, entry);
  const answer = await runInProcess(['check', '--json', '-c', writeConfiguration({ connectors: [connector] })]);
  const { checked } = readJson<{
    checked: readonly { connector_id: string; problems: readonly ConnectorProblem[] }[];
  }>(answer);
  return checked.find(({ connector_id: id }) => id === connector.connector_id)?.problems ?? [];
}

/** The statements at the start of a remedy. */
function statementsOf({ remedy = '' }: Partial<ConnectorProblem>): string {
  return remedy.slice(0, remedy.lastIndexOf(';') + 1);
}

const RULE = {
  sync_rules: { advanced: [{ tables: ['orders'], query: 'select * from orders', id_columns: ['id'] }] },
};

test('a role with the documented grants has no problem', async () => {
  expect(await check()).toEqual([]);
  expect(await check({ schema: 'sales' }, RULE)).toEqual([]);
});

test.each([
  {
    lacking: 'login',
    taken: `alter role ${quoted} nologin`,
    type: 'SourceAuthentication',
    says: 'not permitted to log in',
  },
  {
    lacking: 'connect on the database',
    taken: `revoke connect on database $DATABASE from ${quoted}`,
    type: 'SourcePermission',
    says: 'permission denied for database',
  },
  {
    lacking: 'usage on the schema',
    taken: `revoke usage on schema sales from ${quoted}`,
    type: 'SourcePermission',
    says: `Role "${role}" lacks usage on schema sales.`,
  },
  {
    lacking: 'select on one table',
    taken: `revoke select on sales.orders from ${quoted}`,
    type: 'SourcePermission',
    says: `Role "${role}" lacks select on sales.orders.`,
  },
  {
    lacking: 'select on a table whose name needs quotes, and on another',
    taken: `revoke select on sales."Odd ""Name", sales.orders from ${quoted}`,
    type: 'SourcePermission',
    says: `Role "${role}" lacks select on sales.Odd%20"Name. Role "${role}" lacks select on sales.orders.`,
  },
  {
    lacking: 'usage on the schema and select on a table',
    taken: `revoke select on sales.orders from ${quoted}; revoke usage on schema sales from ${quoted}`,
    type: 'SourcePermission',
    says: `lacks usage on schema sales and select on sales.orders.`,
  },
  {
    lacking: 'select on one column',
    taken: `revoke select on sales.orders from ${quoted}; grant select (id) on sales.orders to ${quoted}`,
    type: 'SourcePermission',
    says: `Role "${role}" lacks select on the columns "amount" of sales.orders.`,
  },
  {
    lacking: 'bypassrls for a table with row level security',
    taken: `alter role ${quoted} nobypassrls`,
    type: 'SourcePermission',
    says: `Row level security hides rows of sales.guarded from role "${role}".`,
  },
  {
    lacking: 'select on a table that a rule reads',
    taken: `revoke select on sales.orders from ${quoted}`,
    type: 'SourcePermission',
    says: 'permission denied for table orders',
    rule: true,
  },
])('a role that lacks $lacking is told so, and given the statement that helps', async ({ taken, type, says, rule }) => {
  const checkIt = () => (rule === true ? check({ schema: 'sales' }, RULE) : check());
  await database.sql(taken.replace('$DATABASE', database.name));
  const problems = await checkIt();
  expect(problems.map((problem) => problem.type)).toEqual(problems.map(() => type));
  expect(problems.map(({ message }) => message).join(' ')).toContain(says);
  const statements = problems.map(statementsOf).join(' ');
  expect(statements).toContain(quoted);
  await database.sql(statements);
  expect(await checkIt()).toEqual([]);
});

test('where nobody gives bypassrls, a policy that shows all rows does, by the statement of the remedy', async () => {
  await database.sql(`alter role ${quoted} nobypassrls; insert into sales.guarded values (1)`);
  const [problem] = await check();
  const policy = /create policy .* using \(true\)/u.exec(problem?.remedy ?? '')?.[0] ?? '';
  await database.sql(policy);
  expect(await check(undefined, { documents: { row_security: 'filtered' } })).toEqual([]);
  await database.sql(`set role ${quoted}`);
  expect(await database.sql('select id from sales.guarded')).toEqual([{ id: 1 }]);
  await database.sql('reset role');
  await database.sql('drop policy pgferry on sales.guarded');
});

test('a role that may read no table at all is given one statement for all of them', async () => {
  const tables = Array.from({ length: 12 }, (_, n) => `create table many.t${n} (id integer primary key);`);
  await database.sql(`create schema many; ${tables.join(' ')}`);
  const [problem, ...others] = await check({ schema: 'many' });
  expect(others).toEqual([]);
  expect(problem?.message).toContain('usage on schema many, select on many.t0');
  expect(problem?.remedy).toContain(`grant select on all tables in schema "many" to ${quoted};`);
  await database.sql(statementsOf(problem ?? {}).replace(/^.*?: /u, ''));
  expect(await check({ schema: 'many' })).toEqual([]);
});
