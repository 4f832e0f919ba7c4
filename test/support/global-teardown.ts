import type { Stack } from '../../src/stack/start-stack';

/** Stops the servers that {@link startServers} started. */
export default async function stopServers(): Promise<void> {
  await (globalThis as { pgferryStack?: Stack }).pgferryStack?.stop();
}
