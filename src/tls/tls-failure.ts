import { SyncFailure } from '../sync/failures';
import { findTlsProblem, tlsCode, type TlsProblem } from './tls-problem';

/** A server that is spoken to over TLS, and how the settings about it are called. */
export interface TlsSubject {
  /** Begins the message: `PostgreSQL at db:5432`. */
  readonly where: string;
  /** Name that the server's certificate should have. */
  readonly host: string;
  /** The authority that should have signed it: `the given ssl_ca`; absent where none is given. */
  readonly authority?: string | undefined;
  /** Whether pgferry has a certificate of its own to show. */
  readonly showsCertificate: boolean;
  /** Remedies that depend on the names of settings. */
  readonly remedies: TlsRemedies;
}

/** Remedies of problems of TLS, by the names of a server's settings. */
export type TlsRemedies = Readonly<Record<Exclude<TlsProblem, 'expired' | 'not yet valid'>, string>>;

/**
 * The failure that an error of TLS stands for; trying again does not help.
 *
 * @param error - with the code and message of Node.js
 * @returns undefined for errors that are not about TLS
 */
export function tlsFailure(
  { code, text }: { readonly code: string; readonly text: string },
  subject: TlsSubject,
): SyncFailure | undefined {
  const problem = findTlsProblem(code, text, subject.showsCertificate);
  return problem === undefined ? undefined : failureOfProblem(problem, subject, tlsCode(code, text));
}

/**
 * The failure for a problem that is known already.
 * @param code - of Node.js, for a handshake that failed otherwise
 */
export function failureOfProblem(problem: TlsProblem, subject: TlsSubject, code = ''): SyncFailure {
  const message = `${subject.where}: ${describeProblem(problem, subject, code)}`;
  return new SyncFailure('InvalidConfig', message, remedyOf(problem, subject));
}

function describeProblem(problem: TlsProblem, { host, authority }: TlsSubject, code: string): string {
  switch (problem) {
    case 'unknown authority':
      return `its certificate is not signed by ${authority ?? 'an authority that Node.js trusts'}`;
    case 'other fingerprint':
      return 'no certificate that it shows has the given fingerprint';
    case 'other name':
      return `its certificate is for another host than ${host}`;
    case 'expired':
      return "its certificate, or its authority's, has expired";
    case 'not yet valid':
      return "its certificate, or its authority's, is not valid yet";
    case 'no TLS':
      return 'it speaks no TLS';
    case 'certificate missing':
      return 'it asks for a certificate, and none is given';
    case 'certificate refused':
      return `it does not accept the certificate that pgferry shows (${code})`;
    case 'handshake':
      return `TLS failed (${code})`;
  }
}

function remedyOf(problem: TlsProblem, { remedies }: TlsSubject): string {
  if (problem === 'expired') return "Renew the server's certificate.";
  if (problem === 'not yet valid') return 'Check the clocks of both machines.';
  return remedies[problem];
}
