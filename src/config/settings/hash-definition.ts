import { createHash } from 'node:crypto';

import type { ConnectorSettings, ElasticsearchSettings } from './settings';

/**
 * A stable hash (16 hex digits) of what a connector syncs, and where to: two settings with the same hash mean the same
 * sync. Left out: secrets and certificates, which are rotated while syncs run, and what doesn't change a sync that is
 * under way (the connector's name and its schedule). Of one of a connector's many indices it is followed by that one's
 * name, by which {@link parseDefinition} finds it.
 */
export function hashDefinition(connector: ConnectorSettings, elasticsearch: ElasticsearchSettings): string {
  const { indexName, indexNaming } = connector;
  if (indexNaming === undefined || indexNaming === indexName) return hashSettings(connector, elasticsearch);
  return defineIndex(hashSettings({ ...connector, indexName: indexNaming }, elasticsearch), indexName);
}

/** The definition of one of a connector's many indices. */
export function defineIndex(hash: string, index: string): string {
  return `${hash}/${index}`;
}

/** The hash of a connector's settings, and which of its indices is meant. */
export function parseDefinition(definition: string): { readonly hash: string; readonly index?: string } {
  const [, hash, index] = /^([\da-f]{16})\/(.+)$/u.exec(definition) ?? [];
  return hash === undefined || index === undefined ? { hash: definition } : { hash, index };
}

function hashSettings(connector: ConnectorSettings, elasticsearch: ElasticsearchSettings): string {
  const { id, indexName, indexNaming, source, selection, documents, indexContent, rules, limits } = connector;
  const { pipeline, pipelineFlags } = connector;
  const { host, port, username, database, tls } = source;
  const definition = {
    id,
    indexName,
    // To 0.1.0 a name with placeholders is the name of one index.
    ...(indexNaming === undefined ? {} : { indexNaming }),
    source: { host, port, username, database, tls: tls?.mode },
    selection,
    documents,
    ...(indexContent === undefined ? {} : { index: indexContent }),
    rules,
    pipeline,
    ...(pipelineFlags === undefined ? {} : { pipelineFlags }),
    limits,
    destination: elasticsearch.host,
  };
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(definition)))
    .digest('hex')
    .slice(0, 16);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Pairs, not an object: keys that look like numbers would be put in another order.
  return entries.map(([key, child]) => [key, sortKeys(child)]);
}
