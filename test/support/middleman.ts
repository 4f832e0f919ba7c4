import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';

import type { Identity } from './certificates';

/** Somebody between a client and PostgreSQL who decrypts everything, and encrypts it anew. */
export interface Middleman {
  readonly port: number;
  /** Requests that came unencrypted; they lead nowhere. */
  readonly overheard: () => number;
  readonly close: () => Promise<void>;
}

/** SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** @param port - where PostgreSQL listens on this machine */
export async function startMiddleman(port: number, { certificate, key }: Identity): Promise<Middleman> {
  const sockets = new Set<Socket>();
  let overheard = 0;
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    keep(near).once('data', (request) => {
      if (!request.equals(SSL_REQUEST)) {
        overheard += 1;
        near.destroy();
        return;
      }
      near.write('S');
      const client = keep(new TLSSocket(near, { isServer: true, cert: certificate, key }));
      const far = keep(connect({ host: '127.0.0.1', port }, () => far.write(SSL_REQUEST)));
      far.once('data', () => {
        const upstream = keep(connectTls({ socket: far, rejectUnauthorized: false }));
        client.pipe(upstream).pipe(client);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    overheard: () => overheard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
