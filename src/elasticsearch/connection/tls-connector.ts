import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions, type TLSSocket } from 'node:tls';

import type { ElasticsearchSettings } from '../../config/settings/settings';
import { openTls } from './open-tls';
import { findPinnedAuthority } from './pinned-authority';

/** Address that the client's HTTP library wants a connection to. */
interface Target {
  readonly hostname: string;
  readonly port: string;
}

/** Opens a connection for the client's HTTP library: `connect` of https://undici.nodejs.org/#/docs/api/Client */
export type Connector = (target: Target, callback: (...result: [Error, null] | [null, TLSSocket]) => void) => void;

/**
 * Opens connections to Elasticsearch over TLS. It is our own, since the client's compares `ca_fingerprint` with the last
 * certificate that the server shows, without a look at whether that one signed the others; and it loses the codes by
 * which the reasons are told apart: here they begin the message.
 */
export function createTlsConnector(settings: ElasticsearchSettings): Connector {
  let pinned: Promise<string> | undefined;
  const findAuthority = (target: ConnectionOptions, fingerprint: string): Promise<string> => {
    pinned ??= findPinnedAuthority(target, fingerprint).catch((error: unknown) => {
      pinned = undefined;
      throw error;
    });
    return pinned;
  };
  return ({ hostname, port }, callback) => {
    const target = targetOptions(settings, hostname, port);
    const { caFingerprint, verifyCerts } = settings;
    const opened =
      caFingerprint === undefined || !verifyCerts
        ? openTls(target)
        : findAuthority(target, caFingerprint).then((ca) => openTls({ ...target, ca, allowPartialTrustChain: true }));
    opened.then(
      (socket) => {
        callback(null, socket);
      },
      (error: unknown) => {
        callback(withCode(error), null);
      },
    );
  };
}

function targetOptions(settings: ElasticsearchSettings, hostname: string, port: string): ConnectionOptions {
  const { ca, clientCert, clientKey, verifyCerts, serverName } = settings;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const name = serverName ?? host;
  return {
    host,
    port: port === '' ? 443 : Number(port),
    // An address is no name that could be asked for (RFC 6066), but is compared with the certificate.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: verifyCerts,
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { cert: clientCert }),
    ...(clientKey === undefined ? {} : { key: clientKey }),
  };
}

/** Not by `instanceof`: errors of Node.js are no instances of a sandbox's Error. */
function withCode(error: unknown): Error {
  const { code = '', message = String(error) } = error as { readonly code?: string; readonly message?: string };
  return new Error(code === '' || message.includes(code) ? message : `${code}: ${message}`, { cause: error });
}
