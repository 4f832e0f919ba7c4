import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connectorEntry } from '../../support/configuration-file';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { isServerSince } from '../../support/server-version';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  const sql = await readFile(join(__dirname, 'every-type.sql'), 'utf8');
  await database.sql(
    isServerSince(14) ? sql : sql.replace(' c_mr int4multirange,', '').replace(`'{[1,3),[5,7)}',`, ''),
  );
});

afterAll(async () => {
  await harness.stop();
  await database.drop();
});

test('a database with a column of every type, odd names and odd keys is synced whole, and every document equals its row', async () => {
  const documents = {
    id_columns: { nopk: ['a'], v1: ['a'], mv1: ['a'] },
    // Elastic's names are lower-case: it would share its field with "name".
    exclude_columns: ['public.CamelTable.Name'],
  };
  const entry = connectorEntry(database, { tables: ['*', 'v1', 'mv1'] }, { documents });
  const report = await harness.sync(entry);
  expect(report).toMatchObject({ rejected: 0, skipped: [] });
  const verification = await harness.verify(entry);
  expect(verification.differences).toEqual([]);
  expect(verification.relations).toHaveLength(report.relations.length);
  expect(report.relations.length).toBeGreaterThanOrEqual(16);
  expect(await harness.sync(entry)).toMatchObject({ indexed: 0, deleted: 0 });
});
