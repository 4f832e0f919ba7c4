import { connect as connectPlain } from 'node:net';
import { connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2';
import { checkServerIdentity } from 'node:tls';

import { type TemporalSettings } from '../config/settings';
import { type SyncFailure } from '../sync/failures';
import { failureOfProblem, tlsFailure, type TlsRemedies, type TlsSubject } from '../sync/tls-failure';

/** Milliseconds for an answer. */
const TIMEOUT_MS = 5_000;

const REMEDIES: TlsRemedies = {
  'unknown authority': 'Set `temporal.tls.ca_file` to the certificate of the authority that signed it.',
  'other fingerprint': 'Set `temporal.tls.ca_file`.',
  'other name': 'Connect by a name in the certificate, or give that name as `temporal.tls.server_name`.',
  'no TLS': 'Take `temporal.tls` and `temporal.api_key` out, or turn on TLS in Temporal.',
  'certificate missing': 'Give `temporal.tls.cert` and `temporal.tls.key`, or `temporal.api_key`: what the server asks for.',
  'certificate refused': 'Give `temporal.tls.cert` and `temporal.tls.key` that Temporal knows the authority of.',
  handshake: 'Check `temporal.tls`, and which versions of TLS the server accepts.',
};

/**
 * Finds out why Temporal can't be reached where TLS may be the reason: gRPC says no more than that there is no connection.
 *
 * @returns undefined where it isn't
 */
export async function explainTemporal(settings: TemporalSettings): Promise<SyncFailure | undefined> {
  const subject = describeSubject(settings);
  const [host, port] = splitAddress(settings.address);
  const { tls } = settings;
  if (tls === undefined) {
    // Whoever speaks TLS only closes a connection that begins otherwise.
    const outcome = await tryHttp2(`https://${settings.address}`, { rejectUnauthorized: false });
    return outcome === 'answers' || outcome === 'closes' ? failureOfPlaintext(subject) : undefined;
  }
  const name = tls.serverName ?? host;
  const outcome = await tryHttp2(`https://${settings.address}`, {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  });
  if (outcome === 'answers') return undefined;
}
