import { STACK_SERVERS, type StackAddresses, type StackServer } from './stack-addresses';
import { postgresAnswers } from './start-postgres';
import { temporalAnswers } from './start-temporal';

/** For each server of a stack, whether it answers now. */
export async function checkServers(addresses: StackAddresses): Promise<Partial<Record<StackServer, boolean>>> {
  const known = STACK_SERVERS.filter((server) => addresses[server] !== undefined);
  return Object.fromEntries(
    await Promise.all(known.map(async (server) => [server, await checkServer(server, addresses)] as const)),
  );
}

async function checkServer(
  server: StackServer,
  { postgres, elasticsearch, temporal }: StackAddresses,
): Promise<boolean> {
  switch (server) {
    case 'postgres':
      return postgres !== undefined && postgresAnswers(postgres.url);
    case 'elasticsearch':
      return elasticsearch !== undefined && elasticsearchAnswers(elasticsearch.url);
    case 'temporal':
      return temporal !== undefined && temporalAnswers(temporal.address);
  }
}

/** True when something speaks HTTP there: a secured server answers 401 until it is told a user. */
async function elasticsearchAnswers(url: string): Promise<boolean> {
  const { origin } = new URL(url);
  return fetch(origin, { signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    (error: unknown) => String((error as Error).cause).includes('certificate'),
  );
}
