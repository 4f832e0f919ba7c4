import { renderPlan } from '../../../src/cli/output/render-plan';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { reportOf, startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  harness = await startSyncHarness();
});
afterAll(async () => {
  await harness.stop();
});
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  await database.drop();
});

async function idsOf(entry: ConnectorEntry): Promise<string[]> {
  return (await harness.documents(entry)).map(({ _id }) => _id.slice(_id.indexOf(':') + 1));
}

test('every kind of table is synced, under its own name and by its own key', async () => {
  await database.sql(`
    create table event (id int, day date, primary key (id, day)) partition by range (day);
    create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01') partition by list (id);
    create table event_2024_odd partition of event_2024 for values in (1, 3);
    create table event_2024_even partition of event_2024 for values in (2, 4);
    create table event_later partition of event default;
    insert into event values (1, '2024-01-01'), (2, '2024-02-01'), (9, '2030-01-01');
    create table animal (id int primary key, name text);
    create table dog (breed text, primary key (id)) inherits (animal);
    insert into animal values (1, 'cat'); insert into dog values (3, 'Rex', 'collie');
    create unlogged table scratch (id int primary key); insert into scratch values (1);
    create table coded (code text not null unique, n int, twice int generated always as (n * 2) stored);
    insert into coded values ('a,b', 21);
    create table "Odd ""Name"".x" ("Key" int primary key, "Ünï" text); insert into "Odd ""Name"".x" values (1, 'y');
    create table keyless (n int)`);
  const entry = connectorEntry(database);
  const report = await harness.sync(entry);
  expect((await idsOf(entry)).sort()).toEqual([
    'public.Odd%20"Name"%2Ex:1',
    'public.animal:1',
    'public.animal:3',
    'public.coded:a%2Cb',
    'public.dog:3',
    'public.event:1,2024-01-01',
    'public.event:2,2024-02-01',
    'public.event:9,2030-01-01',
    'public.scratch:1',
  ]);
  expect(report.skipped).toEqual([
    { relation: 'public.keyless', reason: expect.stringContaining('no primary key') as string },
  ]);
  expect(renderPlan(await harness.plan(entry))).toContain(
    'public.coded: (code) of the unique index coded_code_key, since the table has no primary key',
  );
  const documents = await harness.documents(entry);
  const find = (end: string) => documents.find(({ _id }) => _id.endsWith(end))?._source;
  expect(find('coded:a%2Cb')).toMatchObject({ public_coded_twice: '42' });
  expect(find('animal:1')).toMatchObject({ public_animal_name: 'cat' });
  expect(find('event:1,2024-01-01')).toMatchObject({ table: 'event' });

  await database.sql(`update event set day = '2031-05-05' where id = 2; insert into animal values (2, 'cow')`);
  const second = await harness.sync(entry, { jobType: 'incremental' });
  expect(reportOf(second, 'public.event')).toMatchObject({ indexed: 1, deleted: 1 });
  expect(second).toMatchObject({ indexed: 2, deleted: 1 });
});

test('fields that two columns would share are told of all tables at once', async () => {
  await database.sql(`create schema twins;
    create table twins.a (id int primary key, "X" int, x int); create table twins.b (id int primary key, "Y" int, y int)`);
  const [problem] = await harness.check(connectorEntry(database, { schema: 'twins' }));
  expect(problem).toMatchObject({
    type: 'MappingConflict',
    remedy: expect.stringContaining('exclude_columns') as string,
  });
  expect(problem?.message).toMatch(
    /Connector .*twins\.a: column "X" and column "x".*twins\.b: column "Y" and column "y"/,
  );
});

test('several schemas, names with wildcards and tables of another schema', async () => {
  await database.sql(`
    create schema sales; create schema stock;
    create table sales.order_a (id int primary key); insert into sales.order_a values (1);
    create table sales.order_b (id int primary key); insert into sales.order_b values (2);
    create table sales.other (id int primary key); insert into sales.other values (3);
    create table stock.shelf (id int primary key); insert into stock.shelf values (4)`);
  const both = connectorEntry(database, { schema: 'sales, stock' });
  await harness.sync(both);
  expect(await idsOf(both)).toEqual(['sales.order_a:1', 'sales.order_b:2', 'sales.other:3', 'stock.shelf:4']);
  const some = connectorEntry(database, { schema: 'sales', tables: 'order_*, stock.shelf' });
  await harness.sync(some);
  expect(await idsOf(some)).toEqual(['sales.order_a:1', 'sales.order_b:2', 'stock.shelf:4']);
});

test('tables of one name in two schemas, one in capitals, keep apart, and so do their changes', async () => {
  await database.sql(`
    create schema "Blog";
    create table "Blog"."Posts" (id int primary key, title text); insert into "Blog"."Posts" values (1, 'theirs');
    create table posts (id int primary key, title text); insert into posts values (1, 'ours')`);
  const entry = connectorEntry(database, { schema: 'public', tables: 'posts, Blog.Posts' });
  await harness.sync(entry);
  await database.sql(`update "Blog"."Posts" set title = 'changed' where id = 1`);
  await harness.sync(entry, { jobType: 'incremental' });
  const titles = (await harness.documents(entry)).map(({ _id, _source }) => [
    _id.split(':').slice(1).join(':'),
    Object.entries(_source).find(([field]) => field.endsWith('_title'))?.[1],
  ]);
  expect(titles.sort()).toEqual([
    ['Blog.Posts:1', 'changed'],
    ['public.posts:1', 'ours'],
  ]);
});

test('row level security ends the sync, unless a filtered view is accepted', async () => {
  const role = `reader_${database.name}`;
  await database.sql(`
    create schema guarded;
    create table guarded.note (id int primary key, owner text);
    insert into guarded.note values (1, 'me'), (2, 'you');
    create table guarded.hidden (id int primary key);
    alter table guarded.note enable row level security;
    create policy own on guarded.note using (owner = 'me');
    create role ${role} login password 'secret';
    grant usage on schema guarded to ${role}; grant select on guarded.note to ${role}`);
  const configuration = { schema: 'guarded', username: role, password: 'secret' };
  try {
    const refused = connectorEntry(database, configuration);
    await expect(harness.sync(refused)).rejects.toMatchObject({
      type: 'SourcePermission',
      details: [{ remedy: expect.stringContaining('documents.row_security: filtered') as string }],
    });
    const filtered = connectorEntry(database, configuration, { documents: { row_security: 'filtered' } });
    await harness.sync(filtered);
    expect(await idsOf(filtered)).toEqual(['guarded.note:1']);

    await database.sql(`create view guarded.mine as select * from guarded.note; alter view guarded.mine owner to ${role};
      create view guarded.broken as select * from guarded.hidden; alter view guarded.broken owner to ${role}`);
    const accept = expect.stringContaining('documents.row_security: filtered') as string;
    const advanced = [{ tables: ['note'], query: 'select * from note' }];
    const [rule] = await harness.check({ ...refused, sync_rules: { advanced } });
    expect(rule).toMatchObject({ type: 'SourcePermission', remedy: accept });
    const documents = { id_columns: { mine: ['id'], broken: ['id'] } };
    const views = connectorEntry(database, { ...configuration, tables: 'mine, broken' }, { documents });
    const [view] = await harness.check(views);
    expect(view).toMatchObject({ type: 'SourcePermission' });
    expect(view?.message).toMatch(/guarded\.broken: .*permission denied for table hidden.*guarded\.mine: .*"note"/s);
  } finally {
    await database.sql(`drop owned by ${role}; drop role ${role}`);
  }
});

test('rows that share id_columns which no unique index backs become a dead letter, and no document overwrites another', async () => {
  await database.sql(`
    create schema loose;
    create table loose.shared (a int, b text); insert into loose.shared values (1, 'x'), (1, 'y'), (2, 'z'), (null, 'n');
    create table loose.backed (a int not null unique, b text); insert into loose.backed values (1, 'x');
    create table loose.child () inherits (loose.shared); insert into loose.child values (9, 'child');
    create table loose.split (a int, b int) partition by range (b);
    create table loose.split_low partition of loose.split for values from (0) to (10);
    create table loose.split_high partition of loose.split for values from (10) to (20);
    insert into loose.split values (1, 1), (1, 11), (2, 2)`);
  const keys = { shared: ['a'], backed: ['a', 'b'], split: ['a'] };
  const entry = connectorEntry(database, { schema: 'loose' }, { documents: { id_columns: keys } });
  for (const jobType of ['full', 'incremental', 'full'] as const) {
    await harness.sync(entry, { jobType });
    expect(await idsOf(entry)).toEqual(['loose.backed:1,x', 'loose.shared:2', 'loose.shared:9', 'loose.split:2']);
    const reasons = (await harness.deadLetters(entry)).map(({ reason }) => String(reason)).sort();
    expect(reasons).toEqual([
      '2 rows have the same key ("a")',
      '2 rows have the same key ("a")',
      'a column of the key ("a") is null in 1 rows',
    ]);
  }
  expect((await harness.verify(entry)).differences).toEqual([]);
  const plan = renderPlan(await harness.plan(entry));
  expect(plan).toContain(
    'loose.split: (a) of documents.id_columns; no unique index backs it, so the table is read whole',
  );
  expect(plan).not.toContain('loose.backed: ');
  await database.sql(`delete from loose.shared where b = 'y'; update only loose.shared set a = 3 where a is null;
    insert into loose.split values (2, 12)`);
  await harness.sync(entry, { jobType: 'incremental' });
  const ids = await idsOf(entry);
  expect(ids).toEqual(['loose.backed:1,x', 'loose.shared:1', 'loose.shared:2', 'loose.shared:3', 'loose.shared:9']);
  expect(await harness.deadLetters(entry)).toHaveLength(2);
});
