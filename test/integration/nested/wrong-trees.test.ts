import { connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  await database.sql(`
    create table person (id int primary key, boss int references person, name text);
    create table parcel (id int primary key, sender int references person, receiver int references person, no text);
    create table note (person_id int references person, body text);
    create table stamp (id int primary key, parcel_no text, worth numeric, colors json);
    create table other (id int primary key, name text);
    insert into person values (1, null, 'Ann'), (2, 1, 'Bob'), (3, 1, 'Cid');
    insert into parcel values (1, 1, 2, 'a'), (2, 3, 1, 'b');
    insert into stamp select n, 'a', n, '{}' from generate_series(1, 20) as n`);
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

function entryOf(nested: unknown, documents: Readonly<Record<string, unknown>> = {}, configuration = {}) {
  return connectorEntry(
    database,
    { tables: 'person,parcel', ...configuration },
    { documents: { nested, ...documents } },
  );
}

const IN_PERSON = (branch: unknown) => ({ person: { branch } });
const IN_PARCEL = (branch: unknown) => ({ parcel: { branch } });

test.each([
  [
    'no foreign key and no by',
    IN_PERSON({ table: 'other' }),
    'no foreign key between public.other and public.person',
    'by: { column: id }',
  ],
  [
    'several foreign keys',
    IN_PERSON({ table: 'parcel' }),
    '2 foreign keys lead',
    'by: { sender: id }; by: { receiver: id }',
  ],
  [
    'a table that refers to itself',
    IN_PERSON({ table: 'person' }),
    '2 foreign keys lead',
    'by: { boss: id }; by: { id: boss }',
  ],
  [
    'by with other types',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'id' } }),
    'of type text, column "id" of public.parcel of type integer',
    'the same type',
  ],
  [
    'by with an unknown column',
    IN_PARCEL({ table: 'stamp', by: { parcel: 'no' } }),
    'has no column "parcel"',
    'Correct by',
  ],
  ['an unknown table', IN_PARCEL({ table: 'stamps' }), 'there is no table "stamps"', 'Correct the name'],
  [
    'an unknown root',
    { persons: { branch: { table: 'parcel' } } },
    'names persons, which is none of the tables',
    'Name a table',
  ],
  [
    'an unknown column',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, columns: ['color'] }),
    'column "color" of public.stamp is none',
    'Correct columns',
  ],
  [
    'a child without a key',
    IN_PERSON({ table: 'note' }),
    'has no primary key',
    'documents.id_columns: { public.note: [column] }',
  ],
  [
    'a name that a column has',
    { parcel: { public_parcel_no: { table: 'stamp', by: { parcel_no: 'no' } } } },
    'makes a second field public_parcel_no',
    'otherwise',
  ],
  [
    'a rollup with the name of a branch',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, rollups: { branch: 'count' } }),
    'makes a second field branch',
    'otherwise',
  ],
  [
    'a sum of texts',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, rollups: { all: { sum: 'parcel_no' } } }),
    'which has no sum',
    'numbers',
  ],
  [
    'a where that is no SQL',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, where: 'worth >' }),
    'documents.nested.parcel.branch.where: syntax error',
    'Correct it',
  ],
  [
    'a where over an unknown column',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, where: 'price > 1' }),
    'column "price" does not exist',
    'Correct it',
  ],
  [
    'an order that a type has not',
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, order_by: ['colors'] }),
    'could not identify an ordering operator for type json',
    'Correct it',
  ],
  [
    'by beside through',
    IN_PERSON({ table: 'person', through: 'parcel', by: { id: 'id' } }),
    'by and through exclude each other',
    'through.parent',
  ],
  [
    'rollups of one row',
    IN_PARCEL({ table: 'person', by: { id: 'sender' }, rollups: { n: 'count' } }),
    'it is one row',
    'one: false',
  ],
])('%s: one clear error at check', async (_, nested, message, remedy) => {
  const entry = entryOf(nested);
  const problems = await harness.check(entry);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.type).toBe('InvalidConfig');
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.remedy).toContain(remedy);
});

test('a sync leaves out the relation with a wrong tree, and says so', async () => {
  const entry = entryOf(IN_PERSON({ table: 'other' }));
  await expect(harness.sync(entry)).rejects.toThrow(/no foreign key between public.other and public.person/);
  expect(await harness.documents(entry)).toHaveLength(2);
});

test('several links are told apart by through.parent and through.child, and a table may lead to itself', async () => {
  const entry = entryOf({
    person: {
      boss: { table: 'person', by: { id: 'boss' }, columns: ['name'] },
      reports: { table: 'person', by: { boss: 'id' }, columns: ['name'] },
      writes_to: {
        table: 'person',
        through: { table: 'parcel', parent: { sender: 'id' }, child: { receiver: 'id' } },
        columns: ['name'],
      },
    },
  });
  await harness.sync(entry);
  const [ann, bob] = (await harness.documents(entry)).filter(({ _id }) => _id.includes('person'));
  expect(ann?._source).toMatchObject({
    boss: null,
    reports: [{ name: 'Bob' }, { name: 'Cid' }],
    writes_to: [{ name: 'Bob' }],
  });
  expect(bob?._source).toMatchObject({ boss: { name: 'Ann' }, reports: [], writes_to: [] });
});

test('a tree without branches is the row alone', async () => {
  const entry = entryOf({ person: {}, parcel: { sender: { table: 'person', by: { id: 'sender' } } } });
  await harness.sync(entry);
  const [ann] = (await harness.documents(entry)).filter(({ _id }) => _id.includes('person'));
  expect(ann?._source).not.toHaveProperty('_rows');
  await harness.sync(entry, { jobType: 'incremental' });
});

test('a branch without an index is synced, and plan names the statement that makes one', async () => {
  const entry = entryOf(IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' } }));
  const { relations } = await harness.plan(entry);
  expect(
    relations.flatMap(({ relation: { branches = [] } }) => branches.flatMap(({ missingIndexes }) => missingIndexes)),
  ).toEqual(['create index concurrently on "public"."stamp" ("parcel_no")']);
  await harness.sync(entry);
  const [parcel] = (await harness.documents(entry)).filter(({ _id }) => _id.includes('parcel:1'));
  expect(parcel?._source['branch']).toHaveLength(20);
});

test('an order whose list has more rows than max_rows becomes a dead letter that names the list', async () => {
  const entry = entryOf(IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, max_rows: 19 }));
  expect(await harness.sync(entry)).toMatchObject({ rejected: 1 });
  expect(await harness.deadLetters(entry)).toMatchObject([{ error_type: 'too_many_rows' }]);
  expect(JSON.stringify(await harness.deadLetters(entry))).toContain('its list branch has more rows');
});

test('a condition that fails on a row makes a dead letter of the rows that it belongs to', async () => {
  const entry = entryOf(IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' }, where: '1 / (worth - 7) > 0' }));
  expect(await harness.sync(entry)).toMatchObject({ rejected: 1, indexed: 4 });
  expect(await harness.deadLetters(entry)).toMatchObject([{ error_type: 'row_unreadable' }]);
});

test('a column that documents.exclude_columns names stays out of branches, too', async () => {
  const tree = IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' } });
  const entry = entryOf(tree, { exclude_columns: ['public.stamp.worth', 'public.stamp.colors'] });
  await harness.sync(entry);
  expect(JSON.stringify(await harness.documents(entry))).not.toContain('worth');
});

test('a role without grants on the table of a branch is told the grant', async () => {
  await database.sql(`
    create role reader login password 'reader';
    grant select on person, parcel to reader`);
  const entry = entryOf(
    IN_PARCEL({ table: 'stamp', by: { parcel_no: 'no' } }),
    {},
    { username: 'reader', password: 'reader' },
  );
  const [problem] = await harness.check(entry);
  expect(problem?.type).toBe('SourcePermission');
  expect(problem?.remedy).toContain('grant select on "public"."stamp" to "reader"');
  await database.sql('drop owned by reader; drop role reader');
});
