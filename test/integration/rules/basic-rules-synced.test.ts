import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  await database.sql(`
    create table person (nr int primary key, name text, age int);
    insert into person values (1, 'Ann', 20), (2, 'Bob', 30), (3, null, 40), (4, 'Cleo', null);
    create table place (nr int primary key, name text);
    insert into place values (1, 'Aachen'), (2, 'Bonn')`);
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

async function idsOf(entry: ConnectorEntry): Promise<string[]> {
  return (await harness.documents(entry)).map(({ _id }) => _id.replace(/^.*public\./, ''));
}

function withRules(entry: ConnectorEntry, ...basic: readonly object[]): ConnectorEntry {
  return { ...entry, sync_rules: { basic } };
}

test('rules choose rows of the relations that have their field; a null matches nothing; changed rules re-copy', async () => {
  const entry = connectorEntry(database);
  const adults = withRules(
    entry,
    { policy: 'include', field: 'public_person_name', rule: 'starts_with', value: 'A' },
    { policy: 'exclude', field: 'public_person_age', rule: '<', value: 35 },
    { policy: 'exclude', field: 'public_place_name', rule: 'regex', value: 'B.*n$' },
    { id: 'DEFAULT', policy: 'include', field: '_', rule: 'equals', value: '.*', order: 99 },
  );
  expect(await harness.sync(adults)).toMatchObject({ indexed: 4, rejected: 0 });
  expect(await idsOf(adults)).toEqual(['person:1', 'person:3', 'person:4', 'place:1']);
  expect(await harness.sync(adults)).toMatchObject({ indexed: 0, deleted: 0 });

  await database.sql('update person set age = 34 where nr = 3; update person set age = 36 where nr = 2');
  expect(await harness.sync(adults, { jobType: 'incremental' })).toMatchObject({ indexed: 1, deleted: 1 });
  expect(await idsOf(adults)).toEqual(['person:1', 'person:2', 'person:4', 'place:1']);

  const onlyPlaces = withRules(entry, { policy: 'exclude', field: 'table', rule: 'equals', value: 'person' });
  expect(await harness.sync(onlyPlaces)).toMatchObject({ deleted: 3 });
  expect(await idsOf(onlyPlaces)).toEqual(['place:1', 'place:2']);
});

test('rules choose rows of advanced rules, too', async () => {
  const entry = {
    ...connectorEntry(database),
    sync_rules: {
      advanced: [{ tables: ['place'], query: 'select * from place' }],
      basic: [{ policy: 'exclude', field: 'public_place_name', rule: 'contains', value: 'onn' }],
    },
  };
  expect(await harness.sync(entry)).toMatchObject({ indexed: 1 });
  expect(await harness.sync(entry)).toMatchObject({ indexed: 0, deleted: 0 });
});

test.each([
  ['names no field', { field: 'public_person_nam', rule: 'equals', value: 'x' }, /did you mean "public_person_name"/],
  ['names a field that is no column', { field: '_timestamp', rule: '<', value: '2020-01-01' }, /"_timestamp" is made/],
  ['is no regular expression', { field: 'public_person_name', rule: 'regex', value: '(a' }, /rule 1: .*not valid/],
  ['compares a number with a word', { field: 'public_person_age', rule: '>', value: 'old' }, /must be a number/],
])('a rule that %s is a problem that check names', async (_, rule, message) => {
  const entry = withRules(connectorEntry(database), { policy: 'exclude', ...rule });
  const [problem] = await harness.check(entry);
  expect(problem).toMatchObject({ type: 'InvalidRule' });
  expect(problem?.message).toMatch(message);
});

test('a column that documents.exclude_columns misspells is a problem that check and plan name', async () => {
  const entry = connectorEntry(database, {}, { documents: { exclude_columns: ['public.person.nam'] } });
  expect(await harness.check(entry)).toMatchObject([{ type: 'InvalidConfig' }]);
  await expect(harness.plan(entry)).rejects.toThrow('"public.person.nam"');
});
