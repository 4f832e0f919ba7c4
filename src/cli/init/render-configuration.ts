import { basename } from 'node:path';
import { Document, visit } from 'yaml';

import type { ProposedTrees } from '../../postgres/trees/propose-trees';
import type { ChosenConnector, InitChoices } from './choices';

/** A configuration to write, and the secrets that it names. */
export interface RenderedConfiguration {
  readonly text: string;
  /** Files beside it, by their names: only their owner may read them. */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** Variables that have to be set whenever the configuration is read. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * A configuration as a person chose it.
 * @param file - its name, after which files of secrets are called
 * @param schema - path or URL of the JSON Schema, for editors
 */
export function renderConfiguration(choices: InitChoices, file: string, schema: string): RenderedConfiguration {
  const secretFiles: Record<string, string> = {};
  const variables: Record<string, string> = {};
  const renderSecret = (key: string, variable: string, value: string | undefined): string => {
    if (value === undefined) return `${key}: \${${variable}:-}`;
    if (choices.secrets === 'environment') {
      variables[variable] = value;
      return `${key}: \${${variable}}`;
    }
    const name = `${basename(file).replace(/\.ya?ml$/u, '')}.${variable.toLowerCase()}`;
    secretFiles[name] = value;
    return `${key}_file: ${quote(name)}`;
  };
  const { postgres, elasticsearch, isEncrypted, connectors } = choices;
  const { apiKey, username, password } = elasticsearch;
  const access = [
    ...(apiKey === undefined ? [] : [renderSecret('api_key', 'ES_API_KEY', apiKey)]),
    ...(username === undefined
      ? []
      : [`username: ${quote(username)}`, renderSecret('password', 'ES_PASSWORD', password)]),
  ];
  const source = [
    ...[`host: ${quote(postgres.host)}`, `port: ${postgres.port}`, `username: ${quote(postgres.username)}`],
    ...[renderSecret('password', 'PGPASSWORD', postgres.password), `database: ${quote(postgres.database)}`],
    `ssl_enabled: ${isEncrypted}${isEncrypted ? ' # ssl_ca_file: root.crt checks the server, too' : ''}`,
  ];
  const text = `# yaml-language-server: $schema=${schema}
# Made by \`pgferry init\`. docs/configuration.md of the manual lists every key.

elasticsearch:
  host: ${quote(elasticsearch.url)}
${indent(access, 2)}
temporal:
  address: \${TEMPORAL_ADDRESS:-localhost:7233}

# monitoring:
#   address: 127.0.0.1:9464 # the worker shows all connectors there, and serves /metrics, /healthz and /readyz

connectors:
${connectors.map((connector) => renderConnector(connector, choices, source)).join('\n')}`;
  return { text, secretFiles, variables };
}

function renderConnector(
  { schema, tables, trees = {} }: ChosenConnector,
  { postgres, isContinuous }: InitChoices,
  source: readonly string[],
) {
  const id = nameConnector(postgres.database, schema);
  const list = tables === '*' ? "'*' # new ones too" : `[${tables.map(quote).join(', ')}]`;
  return `  - connector_id: ${id} # names the connector in commands: pgferry sync ${id}
    index_name: search-${id}
    configuration:
${indent([...source, `schema: ${quote(schema)}`, `tables: ${list}`], 6)}    # \`pgferry schedule apply\` makes it so.
    scheduling:
      full: { enabled: true, interval: '0 0 0 * * ?' } # every day at midnight
      incremental: { enabled: true, interval: '0 */5 * * * ?' } # every five minutes
      timezone: UTC
    # Changes are found within a second, between syncs; \`pgferry check\` prints what PostgreSQL needs for it.
    ${isContinuous ? '' : '# '}continuous: { mode: stream, refresh_interval: 200ms }
${indent(renderTrees(trees), 4)}`;
}

/** Proposed trees as comments: a line a branch, so that one can be taken without the others. */
function renderTrees(trees: ProposedTrees): string[] {
  if (Object.keys(trees).length === 0) return [];
  const document = new Document({ documents: { nested: escapeVariables(trees) } });
  visit(document, {
    Map: (_, node, { length }) => {
      // The document, `documents`, `nested`, the tree: a pair and a map each.
      if (length >= DEPTH_OF_BRANCHES) node.flow = true;
    },
  });
  const lines = document.toString({ lineWidth: 0 }).trimEnd().split('\n');
  return [
    '# Documents of several tables that foreign keys allow; `pgferry plan` draws those that are no comments any more.',
    ...lines.map((line) => `# ${line}`),
  ];
}

const DEPTH_OF_BRANCHES = 9;

/** `$` begins a variable in the file. */
function escapeVariables(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeVariables(inner)]));
}

/** A name that commands and indices take, whatever database and schema are called. */
export function nameConnector(database: string, schema: string): string {
  const name = [database, ...(schema === 'public' ? [] : [schema])].join('-').toLowerCase();
  return name.replaceAll(/[^a-z0-9]+/gu, '-').replaceAll(/^-|-$/gu, '') || 'connector';
}

/** Text in YAML, whatever it holds; `$` begins a variable there. */
function quote(text: string): string {
  return JSON.stringify(text.replaceAll('$', '$$$$'));
}

function indent(lines: readonly string[], spaces: number): string {
  return lines.map((line) => `${' '.repeat(spaces)}${line}\n`).join('');
}
