/** The import rules of docs/architecture.md, as data. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('sync-imports-nothing', '^src/sync/', [], 'the vocabulary stands alone'),
    only('documents-import-the-vocabulary', '^src/documents/', ['^src/sync/'], 'pure: rows to documents'),
    only('config-imports-the-vocabulary', '^src/config/', ['^src/sync/'], 'configuration knows no server'),
    only(
      'postgres-knows-no-elasticsearch',
      '^src/postgres/',
      ['^src/sync/', '^src/documents/', '^src/config/'],
      'all SQL',
    ),
    only(
      'elasticsearch-knows-no-postgres',
      '^src/elasticsearch/',
      ['^src/sync/', '^src/documents/', '^src/config/'],
      'the index',
    ),
    only(
      'workflows-import-the-vocabulary',
      '^src/workflows/',
      ['^src/sync/', '^src/activities/'],
      'deterministic code',
    ),
    only('logging-stands-alone', '^src/logging/', [], 'how lines look'),
    only(
      'monitoring-knows-no-server',
      '^src/monitoring/',
      ['^src/sync/', '^src/config/', '^src/activities/', '^src/ports/'],
      'metrics and health; the worker tells it what to ask',
    ),
    {
      name: 'monitoring-imports-activities-as-types',
      severity: 'error',
      from: { path: '^src/monitoring/' },
      to: { path: '^src/activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-monitoring-knows-prometheus-and-opentelemetry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/monitoring/' },
      to: { path: 'node_modules/(prom-client|@opentelemetry)' },
    },
    {
      name: 'only-the-rim-is-monitored',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(worker|cli|monitoring)/' },
      to: { path: '^src/monitoring/' },
    },
    only('payloads-know-keys-only', '^src/payloads/', ['^src/sync/', '^src/config/'], 'what Temporal keeps, encoded'),
    only('codec-server-knows-no-server', '^src/codec-server/', ['^src/sync/'], 'it is given its codecs'),
    only('stack-stands-alone', '^src/stack/', ['^src/sync/', '^src/ports/'], 'the local servers'),
    only('ports-import-nothing', '^src/ports/', [], 'a free port of this machine'),
    {
      name: 'workflows-import-activities-as-types',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { path: '^src/activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-code-uses-no-library',
      comment: 'sync and documents are pure TypeScript: no library, no Node built-in',
      severity: 'error',
      from: { path: '^src/(sync|documents)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'databases-know-no-temporal',
      severity: 'error',
      comment: 'but for the reader of its configuration files',
      from: { path: '^src/(postgres|elasticsearch|documents|config)/' },
      to: { path: 'node_modules/@temporalio/(?!envconfig/)' },
    },
    {
      name: 'nobody-imports-the-rim',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(worker|cli)/' },
      to: { path: '^src/(worker|cli)/' },
    },
    { name: 'worker-knows-no-cli', severity: 'error', from: { path: '^src/worker/' }, to: { path: '^src/cli/' } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(stack|cli/demo)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
