import { readJson } from '../../../support/command-line';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

const ROLE = `checker_${process.pid}`;
const TABLES = ['plain', 'parts', 'full_identity', 'own_index', 'keyless', 'family', 'child', 'draft', 'computed'];
let followed: FollowedConnector;

interface Checked {
  readonly checked: readonly {
    readonly connector_id: string;
    readonly problems: readonly { readonly message: string; readonly remedy: string }[];
    readonly notes: readonly string[];
  }[];
}

async function check() {
  const { checked } = readJson<Checked>(await followed.ask('check', '--json'));
  const found = checked.find(({ connector_id: id }) => id === followed.connector.connector_id);
  return { problems: found?.problems ?? [], notes: found?.notes ?? [] };
}

/** The statements that a text has between backticks. */
const statementsOf = (text: string) => [...text.matchAll(/`([^`]+)`/gu)].map(([, statement = '']) => statement);

beforeAll(async () => {
  followed = await createFollowedConnector({ source: { username: ROLE, password: 'secret' } });
  await followed.sql(`
    create table plain (id int primary key, text text);
    create table parts (id int, day date, text text, primary key (id, day)) partition by range (day);
    create table parts_1 partition of parts for values from ('2026-01-01') to ('2026-02-01');
    create table full_identity (id int primary key, text text, twice int generated always as (2 * id) stored);
    alter table full_identity replica identity full;
    create table own_index (id int not null, text text);
    create unique index own_index_id on own_index (id);
    create table keyless (text text);
    create table family (id int primary key, text text);
    create table child (more text) inherits (family);
    create unlogged table draft (id int primary key, text text);
    create table computed (text text, id int generated always as (length(text)) stored primary key);
    create role ${ROLE} login password 'secret';
    grant select on all tables in schema public to ${ROLE}`);
});
afterAll(async () => {
  await followed.sql(`drop owned by ${ROLE}; drop role ${ROLE}`).catch(() => undefined);
  await followed.close();
});

test('check names all that is missing; what it prints, run as it is, lets changes be followed and breaks nothing', async () => {
  const { problems } = await check();
  expect(problems.map(({ message }) => message).join(' ')).toMatch(/lacks the attribute replication.*no publication/);
  const statements = problems.flatMap(({ remedy }) => statementsOf(remedy));
  expect(statements).toHaveLength(2);
  for (const statement of statements) await followed.sql(statement);
  expect((await check()).problems).toEqual([]);
  // Those of single tables, too: one gets its identity first, and is published then.
  for (let left = 3; left > 0; left -= 1) {
    const advised = (await check()).notes.flatMap(statementsOf).filter((text) => text.startsWith('alter'));
    if (left === 1) expect(advised).toEqual([]);
    for (const statement of advised) await followed.sql(statement);
  }

  const plan = readJson<{ continuous: { followed: string[]; left: { relation: string; reason: string }[] } }>(
    await followed.ask('plan', '--json'),
  ).continuous;
  process.stderr.write(`follow: ${JSON.stringify(plan)}\n`);
  expect(plan.followed).toEqual(expect.arrayContaining(['public.plain', 'public.parts', 'public.own_index']));

  for (const table of TABLES) {
    const [column, key] = table === 'parts' ? ['id, day, text', `7, '2026-01-07', 'text'`] : ['id, text', `7, 'text'`];
    const insert =
      table === 'keyless' || table === 'computed'
        ? `insert into ${table} (text) values ('seventy')`
        : `insert into ${table} (${column}) values (${key})`;
    await followed.sql(`${insert}; update ${table} set text = text || '!'; delete from ${table}`);
  }
});

test('follow refuses with the same words, and schedules go on', async () => {
  await followed.sql(`drop publication pgferry_test; alter role ${ROLE} noreplication`);
  await followed.startWorker();
  expect((await followed.run('sync')).code).toBe(0);
  await followed.run('follow');
  const { last_failure: failure } = await followed.untilShown('it has ended', ({ status }) => status === 'failed');
  expect(failure).toMatch(/lacks the attribute replication.*create publication/);
  expect((await followed.run('sync')).code).toBe(0);
}, 60_000);
