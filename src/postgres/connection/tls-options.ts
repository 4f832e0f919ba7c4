import type { ConnectionOptions } from 'node:tls';

import type { SourceSettings, SourceTls } from '../../config/settings/settings';
import type { TlsRemedies, TlsSubject } from '../../tls/tls-failure';

/**
 * Options for Node's TLS that give the modes of libpq their meaning: `require` encrypts, and checks the chain only
 * where a CA is given; `verify-ca` checks the chain; `verify-full` the host name, too.
 */
export function tlsOptions(tls: SourceTls): ConnectionOptions {
  return {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
    rejectUnauthorized: tls.mode !== 'require' || tls.ca !== undefined,
    ...(tls.mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

const REMEDIES: TlsRemedies = {
  'unknown authority':
    'Set `ssl_ca` to the certificate of the authority that signed it; `ssl_mode: require` without ' +
    '`ssl_ca` does without checking.',
  'other fingerprint': 'Set `ssl_ca` instead.',
  'other name': 'Connect by a name in the certificate, or set `ssl_mode: verify-ca`.',
  'no TLS': 'Turn on `ssl` on the server, or set `ssl_enabled: false`.',
  'certificate missing': 'Give `ssl_cert` and `ssl_key`.',
  'certificate refused': "Give `ssl_cert` and `ssl_key` that the server's `ssl_ca_file` vouches for.",
  handshake: 'Check `ssl_ca`, `ssl_cert` and `ssl_key`, and which versions of TLS the server accepts.',
};

/** A source as failures of TLS speak of it. */
export function tlsSubject({ host, tls }: SourceSettings, where: string): TlsSubject {
  return {
    where,
    host,
    authority: tls?.ca === undefined ? undefined : 'the given ssl_ca',
    showsCertificate: tls?.cert !== undefined,
    remedies: REMEDIES,
  };
}
