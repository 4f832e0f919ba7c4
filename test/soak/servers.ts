import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LocalServer } from '../../src/stack/processes/local-server';
import { startElasticsearch } from '../../src/stack/servers/start-elasticsearch';
import { startPostgres } from '../../src/stack/servers/start-postgres';
import { startTemporal, type TemporalServer } from '../../src/stack/servers/start-temporal';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy';
import { isAlive } from '../support/is-alive';
import { startTcpProxy, type TcpProxy } from './tcp-proxy';

/** A server that can be killed and started again at the same port with the same data. */
export interface MortalServer {
  readonly url: string;
  /** @param signal - SIGKILL, or PostgreSQL's SIGQUIT for an immediate shutdown */
  readonly kill: (signal?: 'SIGKILL' | 'SIGQUIT') => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Servers of the soak's own, with proxies in front of two of them. */
export interface Servers {
  readonly postgres: MortalServer;
  readonly elasticsearch: MortalServer;
  readonly temporal: MortalServer;
  readonly postgresProxy: TcpProxy;
  /** In front of {@link elasticsearchFaults}, which is in front of Elasticsearch. */
  readonly elasticsearchProxy: TcpProxy;
  readonly elasticsearchFaults: FaultyProxy;
  readonly stop: () => Promise<void>;
}

/** @param folder - takes the servers' data */
export async function startServers(folder: string, heap = '768m'): Promise<Servers> {
  const [postgres, elasticsearch, temporal] = await Promise.all([
    startMortal((port) =>
      // Processes are killed, not the machine: what is written stays.
      startPostgres({
        ...port,
        dataDir: join(folder, 'postgres'),
        settings: { fsync: 'off', autovacuum_naptime: '5s' },
      }),
    ),
    startMortal((port) => startElasticsearch({ ...port, dataDir: join(folder, 'elasticsearch'), heap })),
    startMortal<TemporalServer>((port, before) =>
      startTemporal({
        ...port,
        dataDir: join(folder, 'temporal'),
        ...(before === undefined ? {} : { uiPort: before.uiPort }),
      }),
    ),
  ]);
  const elasticsearchFaults = await startFaultyProxy(elasticsearch.url);
  const [postgresProxy, elasticsearchProxy] = await Promise.all(
    [postgres.url, elasticsearchFaults.url].map((url) =>
      startTcpProxy({ host: '127.0.0.1', port: Number(new URL(url).port) }),
    ),
  );
  if (postgresProxy === undefined || elasticsearchProxy === undefined) throw new Error('a proxy is missing');
  return {
    postgres,
    elasticsearch,
    temporal,
    postgresProxy,
    elasticsearchProxy,
    elasticsearchFaults,
    stop: async () => {
      await Promise.all([postgresProxy.close(), elasticsearchProxy.close(), elasticsearchFaults.close()]);
      await Promise.all([postgres, elasticsearch, temporal].map((server) => server.stop()));
    },
  };
}

async function startMortal<Server extends LocalServer>(
  start: (port: { readonly port?: number }, before?: Server) => Promise<Server>,
): Promise<MortalServer> {
  let server = await start({});
  const { url, port } = server;
  return {
    url,
    kill: async (signal = 'SIGKILL') => {
      if (signal !== 'SIGKILL') await endBySignal(server.pid, signal);
      await server.kill();
    },
    start: async () => {
      server = await start({ port }, server);
    },
    stop: () => server.stop(),
  };
}

async function endBySignal(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  const deadline = Date.now() + 10_000;
  while (isAlive(pid) && Date.now() < deadline) await sleep(20);
}
