import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { readOutgoingRange, serverPortRange } from './port-range';

/** Ports that are tried: when as many are taken, something else is wrong. */
const ATTEMPTS = 100;

/**
 * Draws a port of the loopback interface that nothing listens at, and that no outgoing connection is given meanwhile.
 * Another server may take it before the caller's does.
 *
 * @throws Error when no port can be listened at
 */
export async function findFreePort(): Promise<number> {
  const { first, last } = serverPortRange(readOutgoingRange());
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(first, last + 1);
    try {
      await listenOnce(port);
      return port;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** True when nothing listens at a port, of the loopback interface where none is named. */
export async function isPortFree(port: number, host?: string): Promise<boolean> {
  return listenOnce(port, host).then(
    () => true,
    () => false,
  );
}

async function listenOnce(port: number, host = '127.0.0.1'): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
