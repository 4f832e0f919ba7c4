import type { LocalServer } from '../../src/stack/processes/local-server';
import { stackEnvironment } from '../../src/stack/servers/stack-addresses';
import { startPostgres } from '../../src/stack/servers/start-postgres';
import { type Stack, startStack } from '../../src/stack/start-stack';
import { ownServer } from './postgres';
import { readMajorVersion, SERVER_VERSION_VARIABLE } from './server-version';
import { WORKERS_POSTGRES_VARIABLE } from './workers-postgres';

/** Servers that end with the run of the tests. */
export interface TestServers {
  readonly stack: Stack;
  readonly postgres: readonly LocalServer[];
}

/**
 * Starts the servers that tests use, once, and names them in the environment of all workers: one Elasticsearch and one
 * Temporal, those of the environment where it names them, and a PostgreSQL for each worker. They end with this process,
 * however it ends.
 */
export default async function startServers({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  // Commands that tests run within this process print no colours, in a terminal neither.
  process.env['NO_COLOR'] = '1';
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const [stack, postgres] = await Promise.all([
    startStack({ only: ['elasticsearch', 'temporal'], elasticsearchHeap: '1g', log }),
    // Quiet: analyzing a table is a write transaction, too, which rows are sent again for.
    Promise.all(
      Array.from({ length: maxWorkers }, () => startPostgres({ ...ownServer(), settings: { autovacuum: 'off' } })),
    ),
  ]);
  Object.assign(process.env, stackEnvironment(stack.addresses));
  process.env[WORKERS_POSTGRES_VARIABLE] = postgres.map(({ url }) => url).join(' ');
  process.env[SERVER_VERSION_VARIABLE] = String(await readMajorVersion(postgres[0]?.url ?? ''));
  (globalThis as { testServers?: TestServers }).testServers = { stack, postgres };
}
