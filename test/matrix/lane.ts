import { NODE_VERSIONS } from './install-node';
import { startOlderElasticsearch } from './start-older-elasticsearch';
import { startTemporalOnPostgres } from './start-temporal-on-postgres';

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
  'test/e2e/unchanged-syncs.test',
  'test/e2e/worker-take-over.test',
];

/** Servers and programs beside those of other versions of PostgreSQL, and what `npm test` has no time for. */
export interface Lane {
  /** Filters of jest, a run each. */
  readonly runs: readonly (readonly string[])[];
  /** Starts another server than that of all lanes; it is named by a variable of the environment. */
  readonly start?: (log: (line: string) => void) => Promise<LaneServer>;
  /** Version of the Node.js that runs the tests, and all that they start; absent: the one of this process. */
  readonly node?: string;
}

/** The server of a lane. */
export interface LaneServer {
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Tests of what depends on Node.js: sockets, streams, threads, files; and all that needs no server. */
const NODE_TESTS = [
  'test/unit/',
  'test/replay/',
  'test/integration/postgres/',
  'test/workflow/(jobs|sync-connector)',
  'test/e2e/(start-up|sample-data|jobs|monitoring|encrypted-payloads|worker-life).test',
];

/** Tests for which `npm test` has no time, each a file or a folder of `lanes`. */
const LONG_TESTS = [
  'crashes-and-cuts',
  'cut-replacements',
  'examples-as-told',
  'follow/*',
  'kibana/*',
  'large/*',
  'moving',
  'pages-as-told',
  'stack/*',
  'start-from-elsewhere',
  'trees-killed',
  'two-files',
  'unreachable-servers',
  'up/*',
];

/** The lanes, in the order in which they run, after those of PostgreSQL. */
export const LANES: Readonly<Record<string, Lane>> = {
  ...Object.fromEntries(
    Object.entries(NODE_VERSIONS).map(([name, node]): [string, Lane] => [
      name,
      { runs: [NODE_TESTS, fileOf('up/life')], node },
    ]),
  ),
  'installed-package': { runs: [fileOf('installed-package')] },
  pgbouncer: { runs: [fileOf('pgbouncer')] },
  'older-node': { runs: [fileOf('older-node', 'unit')] },
  'docs-site': { runs: [fileOf('docs-site', 'unit')] },
  'status-page': { runs: [fileOf('status-page', 'unit'), fileOf('status-page-servers/*')] },
  ...Object.fromEntries(LONG_TESTS.map((name): [string, Lane] => [name.replace('/*', ''), { runs: [fileOf(name)] }])),
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

/** A file of `lanes`, or all of a folder there; without servers where it is a `unit`. */
function fileOf(lane: string, project: 'servers' | 'unit' = 'servers'): string[] {
  return ['--selectProjects', project, '--testMatch', `<rootDir>/test/matrix/lanes/${lane}.ts`];
}
