import type { Connector } from './tls-connector';

/** Milliseconds for an answer. */
const TIMEOUT_MS = 5_000;

/**
 * Finds out why a server closes connections that passed TLS. One that does not like the client's certificate says so
 * after the handshake (TLS 1.3), in an alert that the client's HTTP library drops.
 *
 * @returns the error of TLS; empty when there is none
 */
export function findTlsRefusal(connect: Connector, { hostname, port }: URL): Promise<string> {
  return new Promise((resolve) => {
    connect({ hostname, port }, (error, socket) => {
      if (error !== null) {
        resolve(error.message);
        return;
      }
      const end = (text: string) => {
        resolve(text);
        socket.destroy();
      };
      socket.on('error', (failure: Error) => {
        end(failure.message);
      });
      for (const event of ['data', 'end', 'close', 'timeout'])
        socket.once(event, () => {
          end('');
        });
      socket.setTimeout(TIMEOUT_MS);
      socket.write(`HEAD / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    });
  });
}
