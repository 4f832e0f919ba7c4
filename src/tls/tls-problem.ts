/** Why TLS refuses a connection. Time heals none of them but `not yet valid`. */
export type TlsProblem =
  | 'unknown authority'
  | 'other fingerprint'
  | 'other name'
  | 'expired'
  | 'not yet valid'
  | 'no TLS'
  | 'certificate missing'
  | 'certificate refused'
  | 'handshake';

/** Codes of Node.js for a certificate that it does not accept: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const VERDICTS: Readonly<Record<string, TlsProblem>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not yet valid',
  CERT_REJECTED: 'unknown authority',
  CERT_SIGNATURE_FAILURE: 'unknown authority',
  CERT_UNTRUSTED: 'unknown authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other name',
  INVALID_CA: 'unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown authority',
};

/** Errors of OpenSSL for bytes that are no TLS. */
const PLAINTEXT = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST/;
/** Alerts by which a server turns a client's certificate down: https://www.rfc-editor.org/rfc/rfc8446#section-6.2 */
const REFUSAL =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/;
/** OpenSSL's own words, as in "…:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:…", where a code got lost. */
const OPENSSL = /:SSL routines:[^:]*:([^:\n]+)/;
const CODE = /\b(?:ERR_(?:SSL|OSSL|TLS)_[\w/]+|[A-Z]+(?:_[A-Z0-9]+)+)\b/;

/**
 * Finds the problem behind an error of TLS.
 *
 * @param code - of Node.js, empty where there is none
 * @param text - the error's message; a code at its beginning is understood
 * @param showsCertificate - whether pgferry has a certificate of its own to show
 * @returns undefined for errors that are not about TLS
 */
export function findTlsProblem(code: string, text: string, showsCertificate: boolean): TlsProblem | undefined {
  const name = tlsCode(code, text);
  const verdict = VERDICTS[name];
  if (verdict !== undefined) return verdict;
  if (text.includes('does not support SSL')) return 'no TLS';
  if (!/^ERR_(SSL|OSSL|TLS)_/.test(name)) return undefined;
  if (PLAINTEXT.test(name)) return 'no TLS';
  if (REFUSAL.test(name)) return showsCertificate ? 'certificate refused' : 'certificate missing';
  return 'handshake';
}

/** The code of an error of TLS, also of one that has it in its message only; for messages. */
export function tlsCode(code: string, text: string): string {
  const openssl = OPENSSL.exec(text)?.[1];
  if (openssl !== undefined) return `ERR_SSL_${openssl.trim().toUpperCase().replaceAll(' ', '_')}`;
  if (/^ERR_(SSL|OSSL|TLS)_/.test(code) || code in VERDICTS) return code;
  return CODE.exec(text)?.[0] ?? code;
}
