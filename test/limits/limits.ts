import { connectorEntry } from '../support/configuration-file';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { startSyncHarness, type SyncHarness } from '../support/sync-harness';

// What takes minutes, and so is no part of `npm test`: run by `npm run test:limits`.

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
const TABLES = Number(process.env['PGFERRY_LIMIT_TABLES'] ?? 100_000);
const TABLES_PER_TRANSACTION = 500;

/** Runs some work and says how long it took and by how much the resident memory grew at most. */
async function measure<Result>(
  what: string,
  work: () => Promise<Result>,
): Promise<{ result: Result; megabytes: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const started = performance.now();
  try {
    const result = await work();
    const megabytes = Math.round((most - before) / MEGABYTE);
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    process.stderr.write(`limits: ${what}: ${seconds} s, ${megabytes} MB more at most\n`);
    return { result, megabytes };
  } finally {
    clearInterval(timer);
  }
}

test('a document above http.max_content_length (100 MB) becomes a dead letter; all others are indexed', async () => {
  await database.sql(`create table huge (id int primary key, t text);
    insert into huge select n, 'x' from generate_series(1, 1000) as n;
    insert into huge values (1001, repeat('x', 110 * ${MEGABYTE}))`);
  const entry = { ...connectorEntry(database, { tables: 'huge' }), max_row_bytes: 200 * MEGABYTE };
  const { result, megabytes } = await measure('a document of 110 MB', () => harness.sync(entry));
  expect(result).toMatchObject({ status: 'completed', indexed: 1_000, rejected: 1 });
  expect(megabytes).toBeLessThan(1_000);
  expect(await harness.deadLetters(entry)).toMatchObject([{ error_type: 'content_too_large' }]);
});

describe(`a schema of ${TABLES} tables`, () => {
  beforeAll(async () => {
    for (let from = 1; from <= TABLES; from += TABLES_PER_TRANSACTION) {
      const to = Math.min(TABLES, from + TABLES_PER_TRANSACTION - 1);
      await database.sql(`do $$ begin for n in ${from}..${to} loop
        execute format('create table t_%s (id int primary key, t text)', n); end loop; end $$`);
    }
    await database.sql(`insert into t_7 values (1, 'x')`);
  });

  test('costs a sync of one of them little', async () => {
    const { result, megabytes } = await measure('one of the tables synced', () =>
      harness.sync(connectorEntry(database, { tables: 't_7' })),
    );
    expect(result).toMatchObject({ status: 'completed', indexed: 1 });
    expect(megabytes).toBeLessThan(500);
  });

  test('is planned as a whole', async () => {
    const { result, megabytes } = await measure('all tables planned', () =>
      harness.plan(connectorEntry(database, { tables: 't_*' })),
    );
    expect(result.relations).toHaveLength(TABLES);
    expect(megabytes).toBeLessThan(2_000);
  });
});
