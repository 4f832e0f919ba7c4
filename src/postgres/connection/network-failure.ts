import type { SourceSettings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';
import { tlsFailure } from '../../tls/tls-failure';
import { tlsSubject } from './tls-options';

const CLOSED = 'the connection was closed';

/** Codes that stand for an outage when they come from the network. */
const OUTAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: CLOSED,
  ECONNABORTED: CLOSED,
  ERR_STREAM_DESTROYED: CLOSED,
  ERR_STREAM_WRITE_AFTER_END: CLOSED,
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the host is unreachable',
  EHOSTDOWN: 'the host is down',
  ENETUNREACH: 'the network is unreachable',
  ENETDOWN: 'the network is down',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name can not be looked up now',
};

const NOT_POSTGRES = 'Check that `host` and `port` are those of PostgreSQL itself, and that it has resources left.';

/** A standby that ends a connection whose reader is slow can't say why: what it would say has no room to go to. */
const MAY_BE_CONFLICT =
  'Check that PostgreSQL runs and can be reached from the worker. A standby that ends it says why in its log: where ' +
  'that is a conflict with recovery, set hot_standby_feedback = on, or raise max_standby_streaming_delay.';

/** A connection that failed. */
export interface FailedConnection {
  /** Server, database and role, for messages. */
  readonly where: string;
  /** Whether rows were read, rather than the catalog. */
  readonly isReading: boolean;
}

/** Turns an error of the network, TLS or the driver, anything but an answer of the server, into a failure. */
export function networkFailure(
  error: unknown,
  settings: SourceSettings,
  { where, isReading }: FailedConnection,
): SyncFailure {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : '';
  const tls = tlsFailure({ code, text }, tlsSubject(settings, where));
  if (tls !== undefined) return tls;
  if (text.includes('error establishing an SSL connection'))
    return new SyncFailure('SourceUnavailable', `${where}: the answer is not PostgreSQL's`, NOT_POSTGRES);
  const outage = OUTAGES[code] ?? driverOutage(text);
  if (outage !== undefined) {
    const isEnded = isReading && (outage === CLOSED || outage === OUTAGES['ECONNRESET']);
    return new SyncFailure('SourceUnavailable', `${where}: ${outage}`, isEnded ? MAY_BE_CONFLICT : undefined);
  }
  if (/password must be a|SASL|SCRAM/.test(text))
    return new SyncFailure('SourceAuthentication', `${where}: the server and pgferry agree on no authentication`);
  return new SyncFailure('Defect', `${where}: ${error instanceof Error ? error.name : 'unknown error'} ${code}`.trim());
}

/** The driver has no codes for what it notices itself. */
function driverOutage(text: string): string | undefined {
  if (/timeout expired|connection timeout/i.test(text)) return 'no answer in time';
  if (/Connection terminated|not queryable|closed before|premature close/i.test(text)) return CLOSED;
  return undefined;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  // Several addresses of a host: https://nodejs.org/api/net.html#socketconnect reports all of them in one error.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
