import { renderTable } from '../../src/cli/output/render-table';
import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startStack } from '../../src/stack/start-stack';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type CheckedSync, checkSync, type Expectation } from './check-sync';
import { changeCustomers, CHANGED, createCustomers } from './customers';
import { type DataSize, readDataSize } from './data-size';
import { CHANGED_SPECIAL, changeSpecialTypes, createSpecialTypes } from './special-types';

/** Syncs, changes rows and syncs again, comparing every document with its row each time. */
async function main(): Promise<void> {
  const name = process.env['DATA_SIZE'];
  const size = readDataSize(name === '' ? undefined : name);
  const stack = await startStack({ elasticsearchHeap: '1g', log: say });
  Object.assign(process.env, stackEnvironment(stack.addresses));
  const database = await createDatabase();
  const connector = connectorEntry(database);
  try {
    say(`${size.tables} × ${size.rows.toLocaleString('en-US')} customers and a table of special types`);
    const checked = await runSteps(database, writeConfiguration({ connectors: [connector] }), size);
    report(checked);
  } finally {
    const client = connectElasticsearch();
    await deleteIndices(client, connector.index_name);
    await client.close();
    await database.drop();
    await stack.stop();
  }
}

async function runSteps(database: TestDatabase, file: string, size: DataSize): Promise<CheckedSync[]> {
  const change = (round: number) => runAll(database, [...changeCustomers(size, round), ...changeSpecialTypes(round)]);
  const changed: Expectation = {
    indexed: size.tables * CHANGED.indexed + CHANGED_SPECIAL.indexed,
    deleted: size.tables * CHANGED.deleted + CHANGED_SPECIAL.deleted,
  };
  const nothing: Expectation = { indexed: 0, deleted: 0 };
  await runAll(database, [...createCustomers(size), ...createSpecialTypes()]);
  const rows = size.tables * size.rows + (await countSpecial(database));
  const first = await checkSync(file, { title: 'first sync', flags: [], expected: { indexed: rows, deleted: 0 } });
  await change(1);
  const full = await checkSync(file, { title: 'rows changed, full', flags: ['--full'], expected: changed });
  await change(2);
  const incremental = await checkSync(file, {
    title: 'rows changed, incremental',
    flags: ['--incremental'],
    expected: changed,
  });
  const unchanged = await checkSync(file, { title: 'unchanged, full', flags: ['--full'], expected: nothing });
  return [first, full, incremental, unchanged];
}

async function runAll(database: TestDatabase, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await database.sql(statement);
}

async function countSpecial(database: TestDatabase): Promise<number> {
  const [row] = await database.sql('select count(*)::integer as rows from special_types');
  return Number(row?.['rows']);
}

function report(checked: readonly CheckedSync[]): void {
  const header = ['sync', 'indexed', 'unchanged', 'deleted', 'rejected', 'ms', 'rows', 'documents', 'differences'];
  const lines = checked.map(({ title, sync, verification }) => [
    title,
    ...[sync.indexed, sync.unchanged, sync.deleted, sync.rejected, sync.duration_ms],
    ...[verification.rows, verification.documents],
    verification.missing + verification.changed + verification.extra,
  ]);
  say(renderTable(header, lines));
  const problems = checked.flatMap(({ title, problems: found }) => found.map((problem) => `${title}: ${problem}`));
  for (const problem of problems) say(`FAILED ${problem}`);
  say(problems.length === 0 ? 'ftest passed' : `ftest failed: ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
