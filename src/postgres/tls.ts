import type { ConnectionOptions } from 'node:tls';
import type { SourceTls } from '../config/settings';

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
