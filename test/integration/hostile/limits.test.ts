import { connectorEntry } from '../../support/configuration-file';
import { uniqueIndex } from '../../support/elasticsearch';
import { problemsOf, withConnector } from '../../support/parse-configuration';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

const MEGABYTE = 1_048_576;

describe('at its limits a sync', () => {
  test('of a row of 200 MB keeps a dead letter of it, and not the row in memory', async () => {
    await database.sql(`create table large (id int primary key, t text);
      insert into large select n, 'x' from generate_series(1, 20) as n;
      insert into large values (21, repeat('x', 200 * ${MEGABYTE}))`);
    const entry = connectorEntry(database, { tables: 'large' });
    const before = process.memoryUsage().rss;
    expect(await harness.sync(entry)).toMatchObject({ status: 'completed', indexed: 20, rejected: 1 });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MEGABYTE);
    expect(await harness.deadLetters(entry)).toMatchObject([{ relation: 'public.large', error_type: 'row_too_large' }]);
  });

  test('of 1,600 columns, the most that a table has, indexes all of them', async () => {
    const columns = Array.from({ length: 1_599 }, (_, n) => `c${n} smallint default ${n}`).join(', ');
    await database.sql(`create table wide (id int primary key, ${columns});
      insert into wide (id) select generate_series(1, 3)`);
    const entry = connectorEntry(database, { tables: 'wide' });
    expect(await harness.sync(entry)).toMatchObject({ status: 'completed', indexed: 3, rejected: 0 });
    const [document] = await harness.documents(entry);
    expect(Object.keys(document?._source ?? {})).toHaveLength(1_600 + 8);
    expect(document?._source).toMatchObject({ public_wide_c1598: '1598' });
  });

  test('into an index of the longest name keeps dead letters and rebuilds beside it', async () => {
    await database.sql(`create table named (id int primary key, n numeric);
      insert into named values (1, 1), (2, ('1' || repeat('0', 2000))::numeric)`);
    const start = uniqueIndex();
    const index = start.padEnd(200 - 'é'.length * 2, 'x') + 'é';
    expect(Buffer.byteLength(index)).toBe(200);
    const entry = { ...connectorEntry(database, { tables: 'named' }), index_name: index };
    const first = await harness.sync(entry);
    expect(first).toMatchObject({ status: 'completed' });
    expect(await harness.sync(entry, { options: { rebuild: true } })).toMatchObject({
      status: 'completed',
      indexed: first.indexed,
    });
  });

  test.each([
    ['longer', `${'x'.repeat(199)}éé`, /at most 200 bytes/u],
    ['with half a character', '"a\\ud800b"', /index_name/u],
    ['with a control character', '"a\\u001b[31mb"', /index_name/u],
    ['that is a path', '".."', /must not be/u],
  ])('into an index of a name %s is refused before it begins', (_, name, message) => {
    const text = withConnector().replace('index_name: search-shop', `index_name: ${name}`);
    const found = problemsOf(text).map(({ path, message: says }) => `${path}: ${says}`);
    expect(found.join('\n')).toMatch(message);
  });
});
