import { X509Certificate } from 'node:crypto';
import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

import type { LocalServer } from '../../src/stack/processes/local-server';
import { startPostgres } from '../../src/stack/servers/start-postgres';
import type { Authority, Identity } from './certificates';
import { eventually } from './eventually';
import { runSql } from './mortal-postgres';
import { ownServer } from './postgres';

/** A PostgreSQL server that speaks TLS, and lets everybody in by password over TLS but those whom `access` is about. */
export interface EncryptedPostgres extends LocalServer {
  /** Lets the server show another certificate from now on. */
  readonly show: (identity: Identity) => Promise<void>;
}

/**
 * @param clients - signs the certificates by which clients may log in
 * @param access - lines of pg_hba.conf that go ahead of the others
 */
export async function startEncryptedPostgres(
  identity: Identity,
  clients: Authority,
  access: readonly string[],
): Promise<EncryptedPostgres> {
  const server = await startPostgres({ ...ownServer(), settings: { password_encryption: 'scram-sha-256' } });
  const folder = join(server.dataDir, 'data');
  const write = (name: string, text: string): string => {
    const { uid, gid } = statSync(folder);
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    chownSync(file, uid, gid);
    return file;
  };
  const show = async ({ certificate, key }: Identity) => {
    write('server.crt', certificate);
    write('server.key', key);
    await runSql(server.url, 'select pg_reload_conf()');
    await eventually('the server shows the certificate', async () => {
      return (await readCertificate(server.port)) === new X509Certificate(certificate).fingerprint256;
    });
  };
  write('clients.crt', clients.certificate);
  write('server.crt', identity.certificate);
  write('server.key', identity.key);
  const rules = join(folder, 'pg_hba.conf');
  writeFileSync(rules, [...access, readFileSync(rules, 'utf8')].join('\n'));
  for (const setting of [`ssl_ca_file = 'clients.crt'`, 'ssl = on']) {
    await runSql(server.url, `alter system set ${setting}`);
  }
  await show(identity);
  return { ...server, show };
}

/** Fingerprint of the certificate that a server shows now; empty while it shows none. */
function readCertificate(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      // SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html
      socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    });
    socket.on('error', () => {
      resolve('');
    });
    socket.once('data', (answer) => {
      if (answer.toString() !== 'S') {
        socket.destroy();
        resolve('');
        return;
      }
      const secured = connectTls({ socket, rejectUnauthorized: false }, () => {
        resolve(secured.getPeerCertificate().fingerprint256);
        secured.destroy();
      });
      secured.on('error', () => {
        resolve('');
      });
    });
  });
}
