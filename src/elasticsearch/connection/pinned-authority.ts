import type { ConnectionOptions, DetailedPeerCertificate } from 'node:tls';

import { openTls } from './open-tls';

/** Begins the message of the error for a server that shows no certificate with the given fingerprint. */
export const OTHER_FINGERPRINT = 'OTHER_FINGERPRINT';

/**
 * Finds the certificate with a fingerprint among those that a server shows. It may be trusted from then on, and nothing
 * else: anybody can show it, so that a second connection has to tell whether it signed the server's.
 *
 * @param fingerprint - SHA-256 in hexadecimal digits, with or without colons
 * @returns PEM text
 */
export async function findPinnedAuthority(target: ConnectionOptions, fingerprint: string): Promise<string> {
  const socket = await openTls({ ...target, rejectUnauthorized: false });
  const wanted = normalize(fingerprint);
  let shown: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  socket.destroy();
  while (shown !== undefined && normalize(shown.fingerprint256) !== wanted) shown = issuerOf(shown);
  if (shown === undefined) throw new Error(`${OTHER_FINGERPRINT}: no certificate has the fingerprint`);
  const body = shown.raw.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...body, '-----END CERTIFICATE-----', ''].join('\n');
}

/** The last one of a chain is its own issuer, or has none. */
function issuerOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate | undefined {
  const issuer = certificate.issuerCertificate as DetailedPeerCertificate | undefined;
  return issuer === undefined || issuer.fingerprint256 === certificate.fingerprint256 ? undefined : issuer;
}

function normalize(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase();
}
