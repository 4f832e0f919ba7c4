import { renderTable } from '../../src/cli/output/render-table';
import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startStack } from '../../src/stack/start-stack';
import { installPostgres, POSTGRES_VERSIONS } from './install-postgres';
import { runTests, type TestTotals } from './run-tests';
import { startOlderElasticsearch } from './start-older-elasticsearch';

/** Tests whose outcome may depend on the version of PostgreSQL. */
const ALL_TESTS = ['postgres', 'documents', 'relations', 'rules', 'schemas'].map((name) => `test/integration/${name}/`);

/** The lane of the oldest Elasticsearch that is built here. */
const OLDER_ELASTICSEARCH = 'elasticsearch-8.19';

/** Tests that ask much of Elasticsearch. */
const ELASTICSEARCH_TESTS = [
  'test/integration/elasticsearch/',
  'test/e2e/rebuild.test',
  'test/e2e/rejected.test',
  'test/e2e/verify.test',
  'test/e2e/platforms/serverless',
];

/** Servers beside those of other versions: files of `lanes`, which `npm test` does not run. */
const LANES: readonly string[] = ['pgbouncer', 'start-from-elsewhere', OLDER_ELASTICSEARCH];

/**
 * Runs the integration tests against each major version of PostgreSQL, and each lane, or those that the command line
 * names; Elasticsearch and Temporal are the same for all. Paths on the command line stand for some of the tests.
 */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2).filter((argument) => !argument.includes('/'));
  const paths = process.argv.slice(2).filter((argument) => argument.includes('/'));
  const entries = wanted.length > 0 ? wanted : [...Object.keys(POSTGRES_VERSIONS), ...LANES];
  const stack = await startStack({ only: ['elasticsearch', 'temporal'], elasticsearchHeap: '1g', log: say });
  Object.assign(process.env, stackEnvironment(stack.addresses));
  const results: (readonly [string, TestTotals])[] = [];
  try {
    for (const entry of entries) {
      const totals = LANES.includes(entry)
        ? await testLane(entry)
        : await testVersion(entry, paths.length > 0 ? paths : ALL_TESTS);
      say(renderRow([entry, totals]));
      results.push([entry, totals]);
    }
  } finally {
    await stack.stop();
  }
  report(results);
}

/** Against the PostgreSQL of all tests, and what the lane puts before it. */
function testLane(lane: string): Promise<TestTotals> {
  delete process.env['PGFERRY_TEST_POSTGRES_PACKAGE'];
  if (lane === OLDER_ELASTICSEARCH) return testOlderElasticsearch();
  return runTests(['--selectProjects', 'servers', '--testMatch', `<rootDir>/test/matrix/lanes/${lane}.ts`]);
}

async function testOlderElasticsearch(): Promise<TestTotals> {
  const newest = process.env['PGFERRY_ELASTICSEARCH_URL'];
  const older = await startOlderElasticsearch(say);
  try {
    process.env['PGFERRY_ELASTICSEARCH_URL'] = older.url;
    return await runTests(ELASTICSEARCH_TESTS);
  } finally {
    process.env['PGFERRY_ELASTICSEARCH_URL'] = newest;
    await older.stop();
  }
}

async function testVersion(major: string, tests: readonly string[]): Promise<TestTotals> {
  const version = POSTGRES_VERSIONS[major];
  if (version === undefined) {
    throw new Error(`no lane "${major}": there are ${[...Object.keys(POSTGRES_VERSIONS), ...LANES].join(', ')}`);
  }
  const packageFolder = await installPostgres(version);
  process.env['PGFERRY_TEST_POSTGRES_PACKAGE'] = packageFolder;
  return runTests(tests);
}

function renderRow([version, { passed, failed, skipped }]: readonly [string, TestTotals]): string {
  return `${nameOf(version)}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function nameOf(entry: string): string {
  return LANES.includes(entry) ? entry : `PostgreSQL ${entry}`;
}

function report(results: readonly (readonly [string, TestTotals])[]): void {
  for (const [version, { failures }] of results) {
    for (const failure of failures) say(`FAILED on ${nameOf(version)}: ${failure}`);
  }
  const rows = results.map(([version, { passed, failed, skipped, seconds }]) => [
    nameOf(version),
    passed,
    failed,
    skipped,
    seconds,
  ]);
  say(renderTable(['with', 'passed', 'failed', 'skipped', 'seconds'], rows));
  if (results.some(([, { failed }]) => failed > 0)) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
