import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

/** Milliseconds for a connection and its handshake. */
const TIMEOUT_MS = 10_000;
/** Milliseconds of silence after which the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Opens a connection, and waits for its handshake.
 * @throws what TLS or the network has against it
 */
export function openTls(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${TIMEOUT_MS / 1_000} s`));
    }, TIMEOUT_MS);
    const fail = () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed'));
    };
    socket.once('error', reject).once('close', fail);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', reject).off('close', fail);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(socket);
    });
  });
}
