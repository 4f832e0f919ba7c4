import { join } from 'node:path';

import { SyncFailure } from '../sync/failures';
import { findElasticsearch } from './programs/elasticsearch-program';
import { findAll } from './programs/missing-prerequisites';
import { findPostgres } from './programs/postgres-program';
import { findTemporal } from './programs/temporal-program';
import { checkServers } from './servers/check-servers';
import { givenAddresses, STACK_SERVERS, type StackAddresses, type StackServer } from './servers/stack-addresses';
import { startElasticsearch } from './servers/start-elasticsearch';
import { startPostgres } from './servers/start-postgres';
import { startTemporal } from './servers/start-temporal';

/** Options of {@link startStack}. */
export interface StackOptions {
  /** @default all of them */
  readonly only?: readonly StackServer[];
  /**
   * Folder that keeps the servers' data.
   * @default temporary folders, removed in the end
   */
  readonly dataDir?: string;
  /**
   * Heap of Elasticsearch, as `-Xmx` takes it.
   * @default '512m'
   */
  readonly elasticsearchHeap?: string;
  /** Takes progress for people, a line a call. */
  readonly log?: (line: string) => void;
  /** Looks for what the caller needs beside the servers, so that everything missing is told at once. */
  readonly alsoNeeds?: () => Promise<void>;
}

/** Running servers; they end with this process however it ends. */
export interface Stack {
  readonly addresses: StackAddresses;
  /** Stops the servers that this stack started. May be called again. */
  readonly stop: () => Promise<void>;
}

interface Started {
  readonly addresses: StackAddresses;
  readonly stop: () => Promise<void>;
}

/**
 * Starts PostgreSQL, Elasticsearch and Temporal side by side, and returns when all of them answer. A server that the
 * environment names (`PGFERRY_POSTGRES_URL`, `PGFERRY_ELASTICSEARCH_URL`, `TEMPORAL_ADDRESS`) is used as it is.
 *
 * @throws MissingPrerequisites naming all that is missing; SyncFailure `LocalStack` when a server does not start or answer.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const wanted = STACK_SERVERS.filter((server) => (options.only ?? STACK_SERVERS).includes(server));
  const given = pickAddresses(givenAddresses(), wanted);
  await requireAnswers(given);
  const missing = wanted.filter((server) => given[server] === undefined);
  await findAll([...missing.map((server) => findProgram(server, options)), options.alsoNeeds?.() ?? Promise.resolve()]);
  const results = await Promise.allSettled(missing.map((server) => startServerOf(server, options)));
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { addresses: Object.assign({}, given, ...started.map((server) => server.addresses)) as StackAddresses, stop };
}

function pickAddresses(addresses: StackAddresses, wanted: readonly StackServer[]): StackAddresses {
  return Object.fromEntries(Object.entries(addresses).filter(([server]) => wanted.includes(server as StackServer)));
}

async function requireAnswers(given: StackAddresses): Promise<void> {
  const silent = Object.entries(await checkServers(given)).filter(([, answers]) => !answers);
  if (silent.length === 0) return;
  const variables = {
    postgres: 'PGFERRY_POSTGRES_URL',
    elasticsearch: 'PGFERRY_ELASTICSEARCH_URL',
    temporal: 'TEMPORAL_ADDRESS',
  };
  const names = silent.map(([server]) => variables[server as StackServer]).join(', ');
  throw new SyncFailure(
    'LocalStack',
    `no server answers at the address in ${names}`,
    'Start it, or unset the variable for a local one.',
  );
}

async function findProgram(server: StackServer, { log = () => undefined }: StackOptions): Promise<unknown> {
  switch (server) {
    case 'postgres':
      return findPostgres();
    case 'elasticsearch':
      return findElasticsearch();
    case 'temporal':
      return findTemporal(log);
  }
}

async function startServerOf(server: StackServer, options: StackOptions): Promise<Started> {
  const { dataDir, log, elasticsearchHeap: heap } = options;
  const shared = {
    ...(dataDir === undefined ? {} : { dataDir: join(dataDir, server) }),
    ...(log === undefined ? {} : { log }),
  };
  switch (server) {
    case 'postgres': {
      const { url, stop } = await startPostgres(shared);
      return { addresses: { postgres: { url } }, stop };
    }
    case 'elasticsearch': {
      const { url, stop } = await startElasticsearch(heap === undefined ? shared : { ...shared, heap });
      return { addresses: { elasticsearch: { url } }, stop };
    }
    case 'temporal': {
      const { url, uiUrl, stop } = await startTemporal(shared);
      return { addresses: { temporal: { address: url, ui_url: uiUrl } }, stop };
    }
  }
}
