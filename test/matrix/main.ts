import { renderTable } from '../../src/cli/output/render-table';
import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startStack } from '../../src/stack/start-stack';
import { installPostgres, POSTGRES_VERSIONS } from './install-postgres';
import { addTotals, runTests, type TestTotals } from './run-tests';
import { startOlderElasticsearch } from './start-older-elasticsearch';
import { startTemporalOnPostgres } from './start-temporal-on-postgres';

/** Tests whose outcome may depend on the version of PostgreSQL. */
const ALL_TESTS = ['postgres', 'documents', 'relations', 'rules', 'schemas'].map((name) => `test/integration/${name}/`);

/** Tests that ask much of Elasticsearch. */
const ELASTICSEARCH_TESTS = [
  'test/integration/elasticsearch/',
  'test/e2e/rebuild.test',
  'test/e2e/rejected.test',
  'test/e2e/verify.test',
  'test/e2e/platforms/serverless',
];

/** Tests that ask much of Temporal. */
const TEMPORAL_TESTS = [
  'test/workflow/',
  'test/e2e/jobs.test',
  'test/e2e/schedules.test',
  'test/e2e/one-at-a-time.test',
  'test/e2e/worker-take-over.test',
];

/** Servers beside those of other versions, and what `npm test` has no time for. */
interface Lane {
  /** Filters of jest, a run each. */
  readonly runs: readonly (readonly string[])[];
  /** Starts another server than that of all lanes; it is named by a variable of the environment. */
  readonly start?: (log: (line: string) => void) => Promise<LaneServer>;
}

interface LaneServer {
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const LANES: Readonly<Record<string, Lane>> = {
  pgbouncer: { runs: [fileOf('pgbouncer')] },
  'start-from-elsewhere': { runs: [fileOf('start-from-elsewhere')] },
  'elasticsearch-8.19': {
    runs: [ELASTICSEARCH_TESTS],
    start: async (log) => {
      const { url, stop } = await startOlderElasticsearch(log);
      return { environment: { PGFERRY_ELASTICSEARCH_URL: url }, stop };
    },
  },
  'temporal-on-postgres': {
    runs: [TEMPORAL_TESTS, fileOf('replay-what-was-run')],
    start: async (log) => {
      const { address, stop } = await startTemporalOnPostgres(log);
      return { environment: { TEMPORAL_ADDRESS: address }, stop };
    },
  },
};

/** A file of `lanes`. */
function fileOf(lane: string): string[] {
  return ['--selectProjects', 'servers', '--testMatch', `<rootDir>/test/matrix/lanes/${lane}.ts`];
}

/**
 * Runs the integration tests against each major version of PostgreSQL, and each lane, or those that the command line
 * names; Elasticsearch and Temporal are the same for all. Paths on the command line stand for some of the tests.
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
        lane === undefined ? await testVersion(entry, paths.length > 0 ? paths : ALL_TESTS) : await testLane(lane);
      say(renderRow([entry, totals]));
      results.push([entry, totals]);
    }
  } finally {
    await stack.stop();
  }
  report(results);
}

/** Against the PostgreSQL of all tests, and what the lane puts in the place of another server. */
async function testLane({ runs, start }: Lane): Promise<TestTotals> {
  delete process.env['PGFERRY_TEST_POSTGRES_PACKAGE'];
  const server = await start?.(say);
  const { environment = {} } = server ?? {};
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
  try {
    Object.assign(process.env, environment);
    const totals: TestTotals[] = [];
    for (const filters of runs) totals.push(await runTests(filters));
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
