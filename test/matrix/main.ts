import { renderTable } from '../../src/cli/output/render-table';
import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startStack } from '../../src/stack/start-stack';
import { installPostgres, POSTGRES_VERSIONS } from './install-postgres';
import { runTests, type TestTotals } from './run-tests';

/** Tests whose outcome may depend on the version of PostgreSQL. */
const ALL_TESTS = ['postgres', 'documents', 'relations', 'rules', 'schemas'].map((name) => `test/integration/${name}/`);

/**
 * Runs the integration tests against each major version of PostgreSQL, or those that the command line names;
 * Elasticsearch and Temporal are the same for all. Paths on the command line stand for some of the tests.
 */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2).filter((argument) => !argument.includes('/'));
  const paths = process.argv.slice(2).filter((argument) => argument.includes('/'));
  const versions = wanted.length > 0 ? wanted : Object.keys(POSTGRES_VERSIONS);
  const stack = await startStack({ only: ['elasticsearch', 'temporal'], elasticsearchHeap: '1g', log: say });
  Object.assign(process.env, stackEnvironment(stack.addresses));
  const results: (readonly [string, TestTotals])[] = [];
  try {
    for (const version of versions) {
      const totals = await testVersion(version, paths.length > 0 ? paths : ALL_TESTS);
      say(renderRow([version, totals]));
      results.push([version, totals]);
    }
  } finally {
    await stack.stop();
  }
  report(results);
}

async function testVersion(major: string, tests: readonly string[]): Promise<TestTotals> {
  const version = POSTGRES_VERSIONS[major];
  if (version === undefined) {
    throw new Error(`no PostgreSQL "${major}" to test with: there are ${Object.keys(POSTGRES_VERSIONS).join(', ')}`);
  }
  const packageFolder = await installPostgres(version);
  process.env['PGFERRY_TEST_POSTGRES_PACKAGE'] = packageFolder;
  return runTests(tests);
}

function renderRow([version, { passed, failed, skipped }]: readonly [string, TestTotals]): string {
  return `PostgreSQL ${version}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function report(results: readonly (readonly [string, TestTotals])[]): void {
  for (const [version, { failures }] of results) {
    for (const failure of failures) say(`FAILED on PostgreSQL ${version}: ${failure}`);
  }
  const rows = results.map(([version, { passed, failed, skipped, seconds }]) => [
    version,
    passed,
    failed,
    skipped,
    seconds,
  ]);
  say(renderTable(['PostgreSQL', 'passed', 'failed', 'skipped', 'seconds'], rows));
  if (results.some(([, { failed }]) => failed > 0)) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
