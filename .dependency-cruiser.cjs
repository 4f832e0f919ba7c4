/**
 * The map of the tree: each room of `src/` (a folder without its sub-folders), what it holds, and what its files may
 * import: rooms, or one file of a room; of `types` only types. The map in docs/architecture.md is written from it.
 */
const rooms = require('./rooms.json');

/** A room's own files, or one file: `documents/sql-text`. */
const pathOf = (name) => (rooms.some(({ room }) => room === name) ? `^src/${name}/[^/]+$` : `^src/${name}[.]ts$`);

const ruleOf = ({ room, holds, imports, types }) => ({
  name: `${room}-imports-only-its-rooms`,
  comment: `${holds}; what it may import stands in rooms.json`,
  severity: 'error',
  from: { path: pathOf(room) },
  to: { path: '^src/', pathNot: [room, ...imports, ...types].map(pathOf) },
});

const typesRuleOf = ({ room, types }) => ({
  name: `${room}-imports-types-only`,
  severity: 'error',
  from: { path: pathOf(room) },
  to: { path: types.map(pathOf), dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...rooms.map(ruleOf),
    ...rooms.filter(({ types }) => types.length > 0).map(typesRuleOf),
    {
      name: 'every-file-is-in-a-room',
      comment: 'a new folder gets a line in rooms.json',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: rooms.map(({ room }) => pathOf(room)) },
    },
    {
      name: 'only-monitoring-knows-prometheus-and-opentelemetry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/monitoring/' },
      to: { path: 'node_modules/(prom-client|@opentelemetry)' },
    },
    {
      name: 'pure-code-uses-no-library',
      comment: 'sync, documents, cron and the contract of the activities are pure: no library, no Node built-in',
      severity: 'error',
      from: { path: '^src/(sync|documents|cron|activities/contract)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'databases-know-no-temporal',
      comment: 'but for the reader of its configuration files',
      severity: 'error',
      from: { path: '^src/(postgres|elasticsearch|documents|config)/' },
      to: { path: 'node_modules/@temporalio/(?!envconfig/)' },
    },
    {
      name: 'only-the-rim-of-activities-knows-temporal',
      comment: 'its sub-rooms are the engine that verify, plan, check, demo and the benchmark use as well',
      severity: 'error',
      from: { path: '^src/(activities/[^/]+|verify)/' },
      to: { path: 'node_modules/@temporalio/' },
    },
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
