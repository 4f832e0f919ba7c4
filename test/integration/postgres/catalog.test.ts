import { describeRelations } from '../../../src/postgres/catalog/describe-relations';
import { type SelectedRelations, selectRelations } from '../../../src/postgres/catalog/select-relations';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import type { Column, Relation } from '../../../src/sync/relation';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { isServerSince } from '../../support/server-version';
import { describeTable, openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;
let reader: Source;
let role: string;

beforeAll(async () => {
  database = await createDatabase();
  role = `${database.name}_reader`;
  await database.sql(`
    create table orders (id bigint primary key, note text);
    create table "we""ird.Täble" ("Key, one" int, "b\\c" text, primary key ("b\\c", "Key, one"));
    create table "CamelCase" ("Id" int primary key);
    create table no_key (a int, b text);
    create table unique_key (a int not null, b int not null, c int, unique (c), unique (b, a));
    create table deferred_key (a int not null unique deferrable initially deferred);
    create table dropped (gone int, id int primary key, also_gone text, kept text);
    alter table dropped drop column gone, drop column also_gone;
    create view orders_view as select * from orders;
    create materialized view orders_snapshot as select * from orders;
    create table part (id int, region text, day date, primary key (id, region, day)) partition by list (region);
    create table part_eu partition of part for values in ('eu') partition by range (day);
    create table "part_eu_2024" partition of part_eu for values from ('2024-01-01') to ('2025-01-01');
    create table part_us partition of part for values in ('us');
    create table secret (id int primary key);
    create table half_secret (id int primary key, open text, hidden text);
    create table guarded (id int primary key, owner text);
    alter table guarded enable row level security;
    create policy own on guarded using (owner = current_user);
    create schema sales;
    create table sales.orders (id int primary key);
    create role ${role} login password 'reads' ;
    grant select on all tables in schema public to ${role};
    grant usage on schema sales to ${role};
    revoke select on secret, half_secret, part_eu_2024 from ${role};
    grant select (id, open) on half_secret to ${role};
    insert into part values (1, 'eu', '2024-05-05'), (2, 'us', '2024-05-05')`);
  source = openTestSource(database);
  reader = openTestSource(database, { username: role, password: 'reads' });
});

afterAll(async () => {
  await closeSource(source);
  await closeSource(reader);
  await database.sql(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
});

function select(
  from: Source,
  tables: string[],
  { schemas = ['public'], idColumns = {} }: { schemas?: string[]; idColumns?: Record<string, string[]> } = {},
): Promise<SelectedRelations> {
  return withTransaction(from, (tx) => selectRelations(tx, { schemas, tables }, idColumns));
}

function tables({ selected }: SelectedRelations): string[] {
  return selected.map(({ table }) => table);
}

describe('"*" selects', () => {
  test('every table with a key, and tells why others are skipped', async () => {
    const found = await select(source, ['*']);
    expect(tables(found)).toEqual([
      'CamelCase',
      'dropped',
      'guarded',
      'half_secret',
      'orders',
      'part',
      'secret',
      'unique_key',
      'we"ird.Täble',
    ]);
    expect(found.skipped.map(({ relation }) => relation)).toEqual(['public.deferred_key', 'public.no_key']);
    expect(found.skipped[1]?.reason).toContain('primary key');
    expect(found.problems).toEqual([]);
  });

  test('only what the role may read, and skips the rest with the reason', async () => {
    const found = await select(reader, ['*']);
    expect(tables(found)).not.toContain('secret');
    expect(found.skipped).toContainEqual({
      relation: 'public.secret',
      reason: `role "${role}" may not select from it`,
    });
  });

  test('nothing whose rows row level security hides, unless that is wanted', async () => {
    const { problems } = await select(reader, ['*']);
    expect(problems).toMatchObject([{ type: 'SourcePermission', relation: 'public.guarded' }]);
    const filtered = openTestSource(database, { username: role, password: 'reads' }, { rowSecurity: 'filtered' });
    const found = await select(filtered, ['*']);
    await closeSource(filtered);
    expect(found.problems).toEqual([]);
    expect(tables(found)).toContain('guarded');
  });

  test('no views, and no partitions of their own', async () => {
    const found = await select(source, ['*'], { idColumns: { orders_view: ['id'] } });
    expect(tables(found)).not.toEqual(expect.arrayContaining(['orders_view']));
    // Who gives a view a key wants it.
    expect(found.skipped).toContainEqual({
      relation: 'public.orders_view',
      reason: expect.stringContaining('name it beside it in `tables`') as string,
    });
    expect(found.skipped.map(({ relation }) => relation)).not.toContain('public.orders_snapshot');
    expect(tables(found)).not.toEqual(expect.arrayContaining(['part_us']));
  });
});

describe('a table that is named', () => {
  test('is found whatever its name needs by way of quotes', async () => {
    expect(tables(await select(source, ['we"ird.Täble', 'CamelCase']))).toEqual(['CamelCase', 'we"ird.Täble']);
  });

  test('is found in another schema, too', async () => {
    const found = await select(source, ['sales.orders']);
    expect(found.selected).toMatchObject([{ schema: 'sales', table: 'orders', kind: 'table' }]);
  });

  test('and missing is a problem, with a hint at one that differs in case', async () => {
    const { problems } = await select(source, ['camelcase']);
    expect(problems).toMatchObject([{ type: 'RelationMissing', relation: 'camelcase' }]);
    expect(problems[0]?.message).toContain('Did you mean "CamelCase"?');
  });

  (isServerSince(18) ? test : test.skip)('and only said to hold no nulls is one without a key', async () => {
    await database.sql(`create schema unsure; create table unsure.nulls (a int unique, b int not null);
      insert into unsure.nulls values (null, 1), (null, 2);
      alter table unsure.nulls add constraint a_is_there not null a not valid`);
    expect((await select(source, ['unsure.nulls'])).skipped).toHaveLength(1);
    const { columns } = await describeTable(database, source, 'unsure.nulls');
    expect(columns.map(({ notNull }) => notNull)).toEqual([false, true]);
  });

  test('and not readable is a problem', async () => {
    expect((await select(reader, ['secret'])).problems).toMatchObject([{ type: 'SourcePermission' }]);
    expect((await select(reader, ['sales.orders'])).problems).toMatchObject([{ type: 'SourcePermission' }]);
  });

  test('and without a key is skipped, unless id_columns give it one', async () => {
    expect((await select(source, ['no_key'])).skipped).toHaveLength(1);
    expect(tables(await select(source, ['no_key'], { idColumns: { 'public.no_key': ['a'] } }))).toEqual(['no_key']);
  });

  test('can be a view or materialized view with id_columns', async () => {
    const idColumns = { orders_view: ['id'], orders_snapshot: ['id'] };
    const found = await select(source, ['orders_*'], { idColumns });
    expect(found.selected.map(({ kind }) => kind)).toEqual(['materialized', 'view']);
    expect((await select(source, ['orders_view'])).skipped[0]?.reason).toContain('id_columns');
  });

  test('in a schema that does not exist is one problem, with the name that was meant', async () => {
    const { problems: alike } = await select(source, ['orders'], { schemas: ['PUBLIC'] });
    expect(alike).toMatchObject([{ message: 'There is no schema "PUBLIC". Did you mean "public"?' }]);
    const { problems } = await select(source, ['orders'], { schemas: ['nowhere'] });
    expect(problems).toMatchObject([
      { type: 'InvalidConfig', message: 'There is no schema "nowhere".', remedy: 'Correct `schema`, or create it.' },
    ]);
  });
});

describe('a relation is described with', () => {
  // Others look at all tables of the schema.
  afterEach(() => database.sql('drop table if exists typed, shape'));

  const columnNames = ({ columns }: Relation) => columns.map(({ name }) => name);

  test('its columns in order, without dropped ones, and its key in the order of the key', async () => {
    expect(columnNames(await describeTable(database, source, 'dropped'))).toEqual(['id', 'kept']);
    const weird = await describeTable(database, source, '"we""ird.Täble"');
    expect(weird).toMatchObject({ table: 'we"ird.Täble', key: ['b\\c', 'Key, one'], kind: 'table' });
    expect(weird.keyIndex).toBeUndefined();
    const unique = await describeTable(database, source, 'unique_key');
    expect(unique).toMatchObject({ key: ['b', 'a'], keyIndex: 'unique_key_b_a_key' });
  });

  test('the leaves of all levels of partitions', async () => {
    const part = await describeTable(database, source, 'part');
    expect(part.kind).toBe('partitioned');
    expect(part.leaves).toMatchObject([
      { table: 'part_eu_2024', blocks: 1 },
      { table: 'part_us', blocks: 1 },
    ]);
    const orders = await describeTable(database, source, 'orders');
    expect(orders.leaves).toMatchObject([{ table: 'orders', oid: orders.oid, blocks: 0 }]);
    expect((await describeTable(database, source, 'orders_view')).leaves).toEqual([]);
  });

  test('a way through the parent to partitions that the role may not select from', async () => {
    const part = await describeTable(database, reader, 'part');
    expect(part.leaves.map(({ table, throughParent }) => [table, throughParent === true])).toEqual([
      ['part_eu_2024', true],
      ['part_us', false],
    ]);
  });

  test('a problem for columns that the role may not select, unless they are excluded', async () => {
    const [row] = await database.sql(`select 'half_secret'::regclass::oid as oid`);
    const oids = [Number(row?.['oid'])];
    const describeAs = (excludeColumns: string[]) =>
      withTransaction(reader, (tx) => describeRelations(tx, oids, { idColumns: {}, excludeColumns }));
    const { problems, relations } = await describeAs([]);
    expect(problems).toMatchObject([{ type: 'SourcePermission', relation: 'public.half_secret' }]);
    expect(problems[0]?.message).toContain('"hidden"');
    expect(relations.map(columnNames)).toEqual([['id', 'open']]);
    expect((await describeAs(['public.half_secret.hidden'])).problems).toEqual([]);
  });

  test('a problem for id columns that do not exist', async () => {
    const [row] = await database.sql(`select 'no_key'::regclass::oid as oid`);
    const settings = { idColumns: { no_key: ['a', 'nope'] }, excludeColumns: [] };
    const { problems } = await withTransaction(source, (tx) => describeRelations(tx, [Number(row?.['oid'])], settings));
    expect(problems).toMatchObject([{ type: 'InvalidConfig', message: expect.stringContaining('"nope"') as string }]);
  });

  test('its types, as deep as they go', async () => {
    await database.sql(`
      create schema types;
      create type types.mood as enum ('sad', 'ok');
      create type types.pair as (label text, amounts numeric(5,2)[]);
      create domain types.positive as int check (value > 0);
      create domain types.moods as types.mood[];
      create table typed (id int primary key, m types.mood, p types.pair[], d types.positive, ms types.moods,
        r int4range, mr ${isServerSince(14) ? 'datemultirange' : 'daterange'}, v varchar(10), n numeric(5,2)[], pt point, iv interval(3))`);
    const { columns } = await describeTable(database, source, 'typed');
    const type = (name: string): Column['type'] | undefined => columns.find((column) => column.name === name)?.type;
    const mood = { kind: 'enum', sqlName: 'types.mood', labels: ['sad', 'ok'] };
    const amount = { kind: 'base', sqlName: 'numeric(5,2)', name: 'numeric', modifier: 327_686 };
    expect(type('m')).toEqual(mood);
    expect(type('p')).toEqual({
      kind: 'array',
      sqlName: 'types.pair[]',
      element: {
        kind: 'composite',
        sqlName: 'types.pair',
        attributes: [
          { name: 'label', type: { kind: 'base', sqlName: 'text', name: 'text', modifier: -1 } },
          { name: 'amounts', type: { kind: 'array', sqlName: 'numeric(5,2)[]', element: amount } },
        ],
      },
    });
    expect(type('d')).toMatchObject({ kind: 'domain', sqlName: 'types.positive', base: { name: 'int4' } });
    expect(type('ms')).toMatchObject({ kind: 'domain', base: { kind: 'array', element: mood } });
    expect(type('r')).toMatchObject({ kind: 'range', element: { name: 'int4' } });
    expect(type('mr')).toMatchObject({ element: { name: 'date' } });
    expect(type('v')).toMatchObject({ name: 'varchar', modifier: 14 });
    expect(type('n')).toMatchObject({ element: amount });
    expect(type('pt')).toMatchObject({ kind: 'base', name: 'point' });
  });

  test.each([
    ['a column more', 'alter table shape add column extra int default 5'],
    ['another default', `alter table shape alter column word set default 'new'`],
    ['another type', 'alter table shape alter column word type varchar(99)'],
    ['another name', 'alter table shape rename column word to words'],
    ['an enum label more', `alter type shade add value 'grey'`],
    ['an attribute more', 'alter type inner_type add attribute extra int'],
    [
      'another expression',
      'alter table shape drop column twice, add column twice int generated always as (id * 3) stored',
    ],
    ['another key', 'alter table shape drop constraint shape_pkey, add primary key (id, word)'],
  ])('another definition after %s', async (_, change) => {
    await database.sql(`
      drop type if exists outer_type, inner_type, shade;
      create type shade as enum ('black', 'white');
      create type inner_type as (s shade);
      create type outer_type as (i inner_type[]);
      create table shape (id int primary key, word varchar(5) not null default 'old', o outer_type,
        twice int generated always as (id * 2) stored)`);
    const before = await describeTable(database, source, 'shape');
    expect(before.definition).toMatch(/^[0-9a-f]{16}$/);
    await database.sql('insert into shape (id) values (1); analyze shape; create index on shape (word)');
    expect((await describeTable(database, source, 'shape')).definition).toBe(before.definition);
    await database.sql(change);
    expect((await describeTable(database, source, 'shape')).definition).not.toBe(before.definition);
  });
});
