import { connect } from 'node:net';

import { splitAddress } from './explain-temporal';

/** Milliseconds in which whoever listens on this machine, or near it, accepts a connection. */
const ACCEPT_MS = 1_000;

/** Whether anybody accepts connections at `HOST:PORT`: a client of gRPC would go on trying for ten seconds. */
export function isListenedAt(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...splitAddress(address), timeout: ACCEPT_MS });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => {
      end(true);
    });
    for (const event of ['error', 'timeout']) {
      socket.once(event, () => {
        end(false);
      });
    }
  });
}
