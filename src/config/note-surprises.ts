import type { ConfigurationPath } from './problems/configuration-path';
import type { ProblemList } from './problems/problem-list';
import type { ConfigurationFile, ConnectorEntry } from './schema/configuration-file';
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
  connectors.forEach((connector, index) => {
    noteConnector(connector, ['connectors', index], notes);
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
