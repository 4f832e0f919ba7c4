import type { TestServers } from './global-setup';

/** Stops the servers that `startServers` started. */
export default async function stopServers(): Promise<void> {
  const { testServers } = globalThis as { testServers?: TestServers };
  await Promise.all([testServers?.stack.stop(), ...(testServers?.postgres.map((server) => server.stop()) ?? [])]);
}
