import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';

import { startElasticsearch } from '../../src/stack/servers/start-elasticsearch';
import { startPostgres } from '../../src/stack/servers/start-postgres';
import { startTemporal } from '../../src/stack/servers/start-temporal';
import { eventually } from '../support/eventually';

/** Where the configuration file looks for PostgreSQL and Elasticsearch. */
const POSTGRES_PORT = 24_518;
export const ELASTICSEARCH_PORT = 24_593;
/** Another test run on the same machine may have the ports. */
const PATIENCE_MS = 180_000;

/** The database that the fixtures' connectors read. */
const DATABASE = 'market';

/** The connectors that are not in the middle of copying. */
export const QUIET = ['shop', 'catalog', 'people', 'firms', 'readings', 'tickets'] as const;

/** The servers of a user. */
export interface Market {
  /** Of PostgreSQL, as superuser. */
  readonly postgresUrl: string;
  /** Of Elasticsearch itself, whatever stands before it. */
  readonly elasticsearchUrl: string;
  /**
   * Runs statements in the database that is read.
   * @returns the last one's rows
   */
  readonly sql: (text: string) => Promise<Record<string, unknown>[]>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the servers over their data, as `pgferry stack up --data` does, but always at the same addresses, and names
 * them in the environment for the configuration file and the tests' own support.
 *
 * @param behindProxy - Elasticsearch leaves its address to a proxy.
 */
export async function openMarket(dataDir: string, behindProxy = false): Promise<Market> {
  await Promise.all([POSTGRES_PORT, ELASTICSEARCH_PORT].map(untilFree));
  const elasticsearchPort = behindProxy ? {} : { port: ELASTICSEARCH_PORT };
  const starting = [
    startPostgres({ dataDir: join(dataDir, 'postgres'), port: POSTGRES_PORT }),
    startElasticsearch({ dataDir: join(dataDir, 'elasticsearch'), ...elasticsearchPort }),
    startTemporal({ dataDir: join(dataDir, 'temporal') }),
  ] as const;
  const stop = async () => {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.flatMap((result) => (result.status === 'fulfilled' ? [result.value.stop()] : [])));
  };
  try {
    const [postgres, elasticsearch, temporal] = await Promise.all(starting);
    Object.assign(process.env, {
      PGFERRY_POSTGRES_URL: postgres.url,
      PGFERRY_ELASTICSEARCH_URL: elasticsearch.url,
      TEMPORAL_ADDRESS: temporal.url,
    });
    const market = new URL(postgres.url);
    market.pathname = `/${DATABASE}`;
    return {
      postgresUrl: postgres.url,
      elasticsearchUrl: elasticsearch.url,
      sql: (text) => runSql(market.href, text),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilFree(port: number): Promise<void> {
  await eventually(
    `port ${port} of 127.0.0.1, which the recorded configuration names, is free`,
    async () => {
      const server = createServer();
      try {
        await once(server.listen(port, '127.0.0.1'), 'listening');
        server.close();
        await once(server, 'close');
        return true;
      } catch {
        return false;
      }
    },
    PATIENCE_MS,
  );
}

/**
 * Runs statements as the superuser of a server.
 * @returns the last one's rows
 */
export async function runSql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result: unknown = await client.query(text);
    const last = Array.isArray(result) ? (result as unknown[]).at(-1) : result;
    return (last as { rows: Record<string, unknown>[] }).rows;
  } finally {
    await client.end();
  }
}
