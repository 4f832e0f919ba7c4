import type { ConfigurationPath } from './problems/configuration-path';
import type { ProblemList } from './problems/problem-list';
import { type ConfigurationFile, type ConnectorEntry, isDefinedHere } from './schema/configuration-file';
import { schemaAt } from './schema/schema-walk';
import { isNode } from './tree/configuration-node';

/** Notes every key of Elastic's configuration that is there and has no effect. */
export function noteIgnoredKeys(value: unknown, path: ConfigurationPath, notes: ProblemList): void {
  const schema = schemaAt(path);
  if (schema?.deprecated === true) {
    if (value !== undefined) notes.add(path, lowerFirst(schema.description ?? 'has no effect'));
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      noteIgnoredKeys(item, [...path, index], notes);
    });
  } else if (isNode(value)) {
    for (const [key, child] of Object.entries(value)) noteIgnoredKeys(child, [...path, key], notes);
  }
}

/** Notes settings that are right in form, and may not do what they look like. */
export function noteSurprises({ elasticsearch, connectors }: ConfigurationFile, notes: ProblemList): void {
  const { verify_certs, ca, ca_fingerprint } = elasticsearch;
  for (const [key, value] of Object.entries({ ca, ca_fingerprint }))
    if (!verify_certs && value !== undefined) notes.add(['elasticsearch', key], 'is not used: verify_certs is false');
  connectors?.forEach((connector, index) => {
    if (isDefinedHere(connector)) noteConnector(connector, ['connectors', index], notes);
  });
}

/** Keys that Elasticsearch's own document of a connector holds. */
const MANAGED_KEYS = ['name', 'sync_rules', 'scheduling', 'pipeline'];

/** Notes what entries say in vain whose connectors are managed in Elasticsearch. */
export function noteUnusedKeys(tree: unknown, notes: ProblemList): void {
  const connectors = isNode(tree) ? tree['connectors'] : undefined;
  if (!Array.isArray(connectors)) return;
  connectors.forEach((entry: unknown, index) => {
    if (!isNode(entry) || entry['configuration'] !== undefined) return;
    for (const key of MANAGED_KEYS.filter((name) => entry[name] !== undefined))
      notes.add(['connectors', index, key], 'is not used: the connector is managed in Elasticsearch, change it there');
  });
}

function noteConnector(
  { configuration, sync_rules }: ConnectorEntry,
  path: ConfigurationPath,
  notes: ProblemList,
): void {
  const { ssl_ca, ssl_mode, ssl_enabled, tables } = configuration;
  if (ssl_ca !== undefined && (ssl_mode === 'disable' || ssl_enabled === false))
    notes.add([...path, 'configuration', 'ssl_ca'], 'is not used: the connection is not encrypted');
  if (sync_rules.advanced.length > 0 && !tables.includes('*'))
    notes.add([...path, 'configuration', 'tables'], 'is not used: the advanced sync rules take its place');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
