import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as Elasticsearch } from '@elastic/elasticsearch';
import { Client as Temporal, Connection } from '@temporalio/client';

import { runStatements } from '../support/run-statements';
import type { Route } from './route';
import { type Servers, startServers } from './servers';
import { fillStatements, SCHEMA } from './tables';

/** Everything that rounds act upon and that outlives them. */
export interface Stage {
  readonly servers: Servers;
  /** Sees the server through its deaths. */
  readonly temporal: Temporal;
  /** Address of the database that is synced, without a proxy. */
  readonly database: string;
  readonly index: string;
  readonly configuration: string;
  /** A file of its own, whose connector reads one of the tables into another index, over the same task queue. */
  readonly secondConfiguration: string;
  readonly clear: () => Promise<void>;
  /** What the configuration takes from the environment: with proxies or without. */
  readonly environment: (route: Route) => Record<string, string>;
}

const INDEX = 'soak';

/** @param rows - in all tables together */
export async function setStage(folder: string, rows: number): Promise<Stage> {
  const servers = await startServers(folder);
  const database = await createDatabase(servers.postgres.url, rows);
  const temporal = new Temporal({ connection: Connection.lazy({ address: servers.temporal.url }) });
  const configuration = join(folder, 'pgferry.yml');
  writeFileSync(configuration, CONFIGURATION, { mode: 0o600 });
  const secondConfiguration = join(folder, 'second.yml');
  writeFileSync(secondConfiguration, SECOND_CONFIGURATION, { mode: 0o600 });
  const { password } = new URL(database);
  return {
    servers,
    temporal,
    database,
    index: INDEX,
    configuration,
    secondConfiguration,
    clear: async () => {
      await temporal.connection.close();
      await servers.stop();
    },
    environment: (route) => ({
      SOAK_PASSWORD: decodeURIComponent(password),
      SOAK_TEMPORAL: servers.temporal.url,
      SOAK_POSTGRES_PORT: route === 'direct' ? new URL(database).port : String(servers.postgresProxy.port),
      SOAK_ELASTICSEARCH:
        route === 'direct' ? servers.elasticsearch.url : `http://127.0.0.1:${servers.elasticsearchProxy.port}`,
    }),
  };
}

const CONFIGURATION = `
elasticsearch: { host: "\${SOAK_ELASTICSEARCH}" }
temporal: { address: "\${SOAK_TEMPORAL}" }
connectors:
  - connector_id: soak
    service_type: postgresql
    name: soak
    index_name: ${INDEX}
    configuration:
      host: 127.0.0.1
      port: "\${SOAK_POSTGRES_PORT}"
      username: postgres
      password: "\${SOAK_PASSWORD}"
      database: soak
      tables: "*"
      ssl_enabled: false
`;

const SECOND_CONFIGURATION = CONFIGURATION.replaceAll(`: ${INDEX}\n`, ': second\n')
  .replace('database: second', `database: ${INDEX}`)
  .replace('tables: "*"', 'tables: documents');

async function createDatabase(server: string, rows: number): Promise<string> {
  const database = new URL(server);
  database.pathname = '/soak';
  await runStatements(server, ['create database soak']);
  await runStatements(database.href, [SCHEMA, ...fillStatements(rows)]);
  return database.href;
}

/** Deletes the index and everything beside it, so that the next sync begins anew. */
export async function deleteIndices({ servers, index }: Stage): Promise<void> {
  const client = new Elasticsearch({ node: servers.elasticsearch.url });
  try {
    const found = Object.keys(await client.indices.get({ index: `${index}*`, expand_wildcards: 'all' }));
    if (found.length > 0) await client.indices.delete({ index: found });
  } finally {
    await client.close();
  }
}

async function countAll(client: Elasticsearch, index: string): Promise<number> {
  await client.indices.refresh({ index });
  return (await client.count({ index })).count;
}

/** What a sync must not leave behind: settings of the load, indices of broken-off rebuilds, dead letters. */
export async function findLeftovers({ servers, index }: Stage): Promise<string[]> {
  const client = new Elasticsearch({ node: servers.elasticsearch.url });
  try {
    const { [`${index}-rejected`]: letters, ...indices } = await client.indices.get({
      index: `${index}*`,
      flat_settings: true,
      expand_wildcards: 'all',
    });
    // It stays where a pipeline dropped documents for a while; what it held of them must be gone.
    const count = letters === undefined ? 0 : await countAll(client, `${index}-rejected`);
    const leftovers = Object.entries(indices).flatMap(([name, { aliases = {}, settings, mappings }]) => {
      const flat = (settings ?? {}) as Record<string, string>;
      const state = mappings?._meta?.['pgferry'] as { readonly restore?: unknown } | undefined;
      return [
        ...(aliases[index] === undefined ? [`index ${name}`] : []),
        ...(flat['index.refresh_interval'] === undefined ? [] : [`refresh_interval ${flat['index.refresh_interval']}`]),
        ...(flat['index.number_of_replicas'] === '1' ? [] : [`replicas ${flat['index.number_of_replicas']}`]),
        ...(flat['index.blocks.read_only_allow_delete'] === undefined ? [] : ['a write block']),
        ...(state?.restore === undefined ? [] : ['settings to restore']),
      ];
    });
    return count === 0 ? leftovers : [...leftovers, `${count} dead letters`];
  } finally {
    await client.close();
  }
}
