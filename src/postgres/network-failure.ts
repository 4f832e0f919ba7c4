import type { SourceSettings } from '../config/settings';
import { SyncFailure } from '../sync/failures';

/** Codes of Node's TLS for a certificate chain that nobody vouches for. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

/** Codes that stand for an outage when they come from the network. */
const OUTAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ECONNABORTED: 'the connection was closed',
  ERR_STREAM_DESTROYED: 'the connection was closed',
  ERR_STREAM_WRITE_AFTER_END: 'the connection was closed',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the host is unreachable',
  EHOSTDOWN: 'the host is down',
  ENETUNREACH: 'the network is unreachable',
  ENETDOWN: 'the network is down',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name can not be looked up now',
};

/** Turns an error of the network, TLS or the driver, anything but an answer of the server, into a failure. */
export function networkFailure(error: unknown, settings: SourceSettings, where: string): SyncFailure {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : '';
  const tls = tlsFailure(code, text, settings, where);
  if (tls !== undefined) return tls;
  const outage = OUTAGES[code] ?? driverOutage(text);
  if (outage !== undefined) return new SyncFailure('SourceUnavailable', `${where}: ${outage}`);
  if (/password must be a|SASL|SCRAM/.test(text))
    return new SyncFailure('SourceAuthentication', `${where}: the server and pgferry agree on no authentication`);
  return new SyncFailure('Defect', `${where}: ${error instanceof Error ? error.name : 'unknown error'} ${code}`.trim());
}

function tlsFailure(code: string, text: string, { host, tls }: SourceSettings, where: string): SyncFailure | undefined {
  const fail = (reason: string, remedy: string) => new SyncFailure('InvalidConfig', `${where}: ${reason}`, remedy);
  if (text.includes('does not support SSL'))
    return fail('the server speaks no TLS', 'Turn on `ssl` on the server, or set `ssl_enabled: false`.');
  if (UNKNOWN_AUTHORITY.has(code))
    return fail(
      `its certificate is not signed by ${tls?.ca === undefined ? 'an authority that Node.js trusts' : 'the given ssl_ca'}`,
      'Set `ssl_ca` to the certificate of the authority, or `ssl_mode: require` to do without checking.',
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return fail(
      `its certificate is for another host than ${host}`,
      'Connect by the name in the certificate, or set `ssl_mode: verify-ca`.',
    );
  if (code === 'CERT_HAS_EXPIRED') return fail('its certificate has expired', "Renew the server's certificate.");
  if (code === 'CERT_NOT_YET_VALID')
    return fail('its certificate is not valid yet', 'Check the clocks of both machines.');
  if (/^ERR_(SSL|OSSL|TLS)/.test(code))
    return fail(`TLS failed (${code})`, 'Check `ssl_ca`, `ssl_cert` and `ssl_key`, and what the server accepts.');
  return undefined;
}

/** The driver has no codes for what it notices itself. */
function driverOutage(text: string): string | undefined {
  if (/timeout expired|connection timeout/i.test(text)) return 'no answer in time';
  if (/Connection terminated|not queryable|closed before|premature close/i.test(text))
    return 'the connection was closed';
  return undefined;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  // Several addresses of a host: https://nodejs.org/api/net.html#socketconnect reports all of them in one error.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
