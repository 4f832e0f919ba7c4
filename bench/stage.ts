import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Temporal, Connection } from '@temporalio/client';
import { Client } from 'pg';

import { type ConnectorRegistry, createConnectorRegistry } from '../src/activities/connector/connector-registry';
import { loadSettings } from '../src/config/load-settings';
import { createDataConverter } from '../src/payloads/data-converter';
import { startElasticsearch } from '../src/stack/servers/start-elasticsearch';
import { startPostgres } from '../src/stack/servers/start-postgres';
import { startTemporal } from '../src/stack/servers/start-temporal';
import { runStatements } from '../test/support/run-statements';

/** Servers, configuration and connections of a benchmark. */
export interface Stage {
  readonly database: string;
  readonly elasticsearch: string;
  readonly temporal: Temporal;
  /** Connectors as a worker opens them: the ceilings use the same queries, mappings and settings. */
  readonly registry: ConnectorRegistry;
  /** Path of the configuration file. */
  readonly configuration: string;
  readonly clear: () => Promise<void>;
}

/** A connector of the benchmark. */
export interface BenchConnector {
  readonly id: string;
  readonly tables: string;
  /** Partitions at a time. */
  readonly concurrency?: number;
  /** Section `documents`. */
  readonly documents?: Readonly<Record<string, unknown>>;
  /** Section `continuous`. */
  readonly continuous?: Readonly<Record<string, unknown>>;
}

export const TASK_QUEUE = 'bench';
const DATABASE = 'bench';

/** Starts the servers: Elasticsearch with 2 GB of heap, PostgreSQL with durable commits and room for its cache. */
export async function setStage(
  connectors: readonly BenchConnector[],
  postgresSettings: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-bench-'));
  // PostgreSQL may run under another account.
  chmodSync(folder, 0o755);
  const settings = { shared_buffers: '512MB', max_wal_size: '4GB', ...postgresSettings };
  const servers = await Promise.all([startPostgres({ settings }), startElasticsearch({ heap: '2g' }), startTemporal()]);
  const [{ url }, elasticsearch, { url: address }] = servers;
  await runStatements(url, [`create database ${DATABASE}`]);
  const database = new URL(url);
  database.pathname = `/${DATABASE}`;
  const configuration = join(folder, 'pgferry.yml');
  const entries = connectors.map((connector) => describeConnector(connector, database));
  const file = {
    elasticsearch: { host: elasticsearch.url },
    temporal: { address, task_queue: TASK_QUEUE },
    monitoring: { address: '${BENCH_MONITORING}' },
    connectors: entries,
  };
  writeFileSync(configuration, JSON.stringify(file), { mode: 0o600 });
  const registry = createConnectorRegistry(
    (await loadSettings(configuration, { BENCH_MONITORING: '127.0.0.1:0' })).settings,
  );
  const temporal = new Temporal({
    connection: await Connection.connect({ address }),
    // The report of thousands of relations is compressed.
    dataConverter: createDataConverter(undefined),
  });
  return {
    database: database.href,
    elasticsearch: elasticsearch.url,
    temporal,
    registry,
    configuration,
    clear: async () => {
      await registry.close();
      await temporal.connection.close();
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function describeConnector({ id, tables, concurrency = 2, documents = {}, continuous }: BenchConnector, database: URL) {
  return {
    connector_id: id,
    index_name: `bench-${id}`,
    concurrency,
    documents,
    ...(continuous === undefined ? {} : { continuous }),
    configuration: {
      host: database.hostname,
      port: Number(database.port),
      username: decodeURIComponent(database.username),
      password: decodeURIComponent(database.password),
      database: DATABASE,
      tables,
      ssl_enabled: false,
    },
  };
}

/** What runs, for people who compare figures. */
export async function readVersions({ database, elasticsearch }: Stage): Promise<string[]> {
  const client = new Client({ connectionString: database });
  await client.connect();
  const { rows } = await client.query<{ readonly version: string }>(
    "select current_setting('server_version') as version",
  );
  await client.end();
  const answer = (await (await fetch(elasticsearch)).json()) as { readonly version: { readonly number: string } };
  return [
    `PostgreSQL ${rows[0]?.version ?? 'of unknown version'}`,
    `Elasticsearch ${answer.version.number} with 2 GB of heap`,
    `Node.js ${process.version}`,
  ];
}
