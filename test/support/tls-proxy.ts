import { type AddressInfo, connect } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';

import type { Identity } from './certificates';

/** Ends TLS in front of a real server that has none. */
export interface TlsProxy {
  readonly port: number;
  /** Connections that passed TLS. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/**
 * @param target - where everything goes, decrypted
 * @param clients - PEM text of who signs the certificates that every client must show; absent: none must be shown
 */
export async function startTlsProxy(
  target: { readonly host: string; readonly port: number },
  { certificate, key }: Identity,
  clients?: string,
): Promise<TlsProxy> {
  const lines = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer(
    {
      cert: certificate,
      key,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(clients === undefined ? {} : { ca: clients, requestCert: true, rejectUnauthorized: true }),
    },
    (near) => {
      connections += 1;
      lines.add(near);
      const far = connect(target);
      near.on('close', () => {
        lines.delete(near);
        far.destroy();
      });
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const line of lines) line.destroy();
      }),
  };
}
