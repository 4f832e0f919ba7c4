import { renderTable } from '../../src/cli/output/render-table';
import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startStack } from '../../src/stack/start-stack';
import { installNode } from './install-node';
import { installPostgres, POSTGRES_VERSIONS } from './install-postgres';
import { type Lane, LANES } from './lane';
import { addTotals, runTests, type TestTotals } from './run-tests';

/** Tests whose outcome may depend on the version of PostgreSQL. */
const ALL_TESTS = ['postgres', 'documents', 'relations', 'rules', 'schemas'].map((name) => `test/integration/${name}/`);

/**
 * Runs the integration tests against each major version of PostgreSQL, and each lane, or those that the command line
 * names; Elasticsearch and Temporal are the same for all. Paths on the command line stand for some of the tests, where a
 * lane is of a version.
 */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2).filter((argument) => !argument.includes('/'));
  const paths = process.argv.slice(2).filter((argument) => argument.includes('/'));
  const entries = wanted.length > 0 ? wanted : [...Object.keys(POSTGRES_VERSIONS), ...Object.keys(LANES)];
  const stack = await startStack({ only: ['elasticsearch', 'temporal'], elasticsearchHeap: '1g', log: say });
  Object.assign(process.env, stackEnvironment(stack.addresses));
  const results: (readonly [string, TestTotals])[] = [];
  try {
    for (const entry of entries) {
      const lane = LANES[entry];
      const totals =
        lane === undefined
          ? await testVersion(entry, paths.length > 0 ? paths : ALL_TESTS)
          : await testLane(lane, paths);
      say(renderRow([entry, totals]));
      results.push([entry, totals]);
    }
  } finally {
    await stack.stop();
  }
  report(results);
}

/**
 * Against the PostgreSQL of all tests, and what the lane puts in the place of another server or program.
 * @param paths - the tests that a lane of Node.js runs; none: all that it is for
 */
async function testLane({ runs, start, node }: Lane, paths: readonly string[]): Promise<TestTotals> {
  delete process.env['PGFERRY_TEST_POSTGRES_PACKAGE'];
  const server = await start?.(say);
  const { environment = {} } = server ?? {};
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
  try {
    Object.assign(process.env, environment);
    const totals: TestTotals[] = [];
    const program = node === undefined ? process.execPath : await installNode(node);
    const wanted = node === undefined || paths.length === 0 ? runs : [paths];
    for (const filters of wanted) totals.push(await runTests(filters, program));
    return totals.reduce(addTotals);
  } finally {
    Object.assign(process.env, before);
    await server?.stop();
  }
}

async function testVersion(major: string, tests: readonly string[]): Promise<TestTotals> {
  const version = POSTGRES_VERSIONS[major];
  if (version === undefined) {
    throw new Error(
      `no lane "${major}": there are ${[...Object.keys(POSTGRES_VERSIONS), ...Object.keys(LANES)].join(', ')}`,
    );
  }
  const packageFolder = await installPostgres(version);
  process.env['PGFERRY_TEST_POSTGRES_PACKAGE'] = packageFolder;
  return runTests(tests);
}

function renderRow([version, { passed, failed, skipped }]: readonly [string, TestTotals]): string {
  return `${nameOf(version)}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function nameOf(entry: string): string {
  return entry in LANES ? entry : `PostgreSQL ${entry}`;
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
