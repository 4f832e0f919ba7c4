import { readJson, runCommand, type RunningCommand, startCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { countDocuments, readDocuments } from '../support/read-documents';
import type { PrintedReport } from '../support/synced-connector';

// A million rows, and deaths in the middle: run by `npm run test:limits`.

const ROWS = Number(process.env['PGFERRY_LIMIT_ROWS'] ?? 1_000_000);
/** Keys that two tables of the tree have. */
const SHARED = 50;

let database: TestDatabase;
let entry: ConnectorEntry;
let file: string;
const elasticsearch = connectElasticsearch();

beforeAll(async () => {
  database = await createDatabase();
  // Three levels, of which two are in another schema and have columns of their own.
  await database.sql(`
    create schema metrics; create schema chunks;
    create table metrics.reading (id bigint primary key, name text, v numeric);
    create table chunks.late (note text, primary key (id)) inherits (metrics.reading);
    create table chunks.latest (extra jsonb, primary key (id)) inherits (chunks.late);
    insert into metrics.reading select n, 'own ' || n, n / 3.0 from generate_series(1, ${ROWS / 5}) as n;
    insert into chunks.late select n, 'late ' || n, n, repeat('x', 100)
      from generate_series(${ROWS / 5 + 1}, ${(ROWS / 5) * 3}) as n;
    insert into chunks.latest select n, 'latest ' || n, n, 'y', '{}'
      from generate_series(${(ROWS / 5) * 3 + 1 - SHARED}, ${ROWS - SHARED}) as n`);
  entry = connectorEntry(database, { schema: 'metrics', tables: 'reading' });
  file = writeConfiguration({ connectors: [entry] });
});

afterAll(async () => {
  await deleteIndices(elasticsearch, entry.index_name);
  await elasticsearch.close();
  await database.drop();
});

function startSync(...options: readonly string[]): RunningCommand {
  return startCommand(['sync', entry.connector_id, ...options, '--json', '-c', file]);
}

async function countSoFar(): Promise<number> {
  const isThere = await elasticsearch.indices.exists({ index: entry.index_name });
  return isThere ? countDocuments(entry.index_name) : 0;
}

/** Kills the process that syncs once the index has so many documents. */
async function killAt(documents: number): Promise<void> {
  const { child, finished } = startSync('--full');
  await eventually(
    `${documents} documents are there`,
    async () => child.exitCode !== null || (await countSoFar()) >= documents,
    300_000,
  );
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await finished;
}

/** The rows that a plain select shows, but for those that share their key, and the documents, each as one text. */
async function readBothSides(): Promise<{ readonly rows: Set<string>; readonly documents: Set<string> }> {
  const rows = await database.sql(
    `select id || ' ' || name || ' ' || v as row from
       (select *, count(*) over (partition by id) as times from metrics.reading) as r where times = 1`,
  );
  const documents = new Set<string>();
  for await (const { _source: source } of readDocuments(entry.index_name)) {
    const [id, name, v] = ['id', 'name', 'v'].map((column) => String(source[`metrics_reading_${column}`]));
    documents.add(`${id} ${name} ${v}`);
  }
  return { rows: new Set(rows.map(({ row }) => String(row))), documents };
}

async function expectSame(): Promise<void> {
  const { rows, documents } = await readBothSides();
  expect(documents.size).toBe(rows.size);
  expect([...rows].filter((row) => !documents.has(row)).slice(0, 10)).toEqual([]);
  expect((await runCommand(['verify', entry.connector_id, '-c', file])).code).toBe(0);
}

test(`${ROWS} rows of a tree of tables are in the index, although the process died twice while it copied them`, async () => {
  await killAt(ROWS / 10);
  await killAt(ROWS / 2);
  const report = readJson<PrintedReport>(await startSync('--full').finished);
  const told = { status: 'completed', indexed: ROWS - 2 * SHARED, rejected: 2 * SHARED };
  expect(report).toMatchObject(told);
  await expectSame();
});

test('what changes in each of the tables is followed', async () => {
  await database.sql(`
    update metrics.reading set v = -1 where id % 100 = 0; delete from metrics.reading where id % 100 = 1;
    insert into chunks.late select n, 'new', n from generate_series(${ROWS + 1}, ${ROWS + 1_000}) as n`);
  expect(readJson(await startSync('--incremental').finished)).toMatchObject({ status: 'completed' });
  await expectSame();
});
