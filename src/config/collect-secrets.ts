import type { ConfigurationPath } from './problems/configuration-path';
import { schemaAt } from './schema/schema-walk';
import { isNode } from './tree/configuration-node';

/** The values of a validated file whose keys the schema calls secret. */
export function collectSecrets(value: unknown, path: ConfigurationPath = []): string[] {
  if (typeof value === 'string') return schemaAt(path)?.writeOnly === true && value !== '' ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => collectSecrets(item, [...path, index]));
  if (!isNode(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => collectSecrets(child, [...path, key]));
}
