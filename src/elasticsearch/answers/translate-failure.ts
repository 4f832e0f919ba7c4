import { type DiagnosticResult, errors } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { isRecord } from '../../sync/json-value';
import {
  blotQuotes,
  type ErrorCause,
  formatErrorSummary,
  summarizeError,
  toErrorCause,
  unwrapError,
} from './error-summary';
import { explainBlock } from './explain-block';
import { findKnownRefusal, isAboutMappings, quoteKnown } from './known-refusals';
import { damagedAnswer } from './read-answer';

/**
 * Runs `action` and translates what it throws into a {@link SyncFailure}; the only place where requests other than
 * bulks meet their errors.
 *
 * @param doing - completes "Elasticsearch failed ...": `creating the index search-shop`.
 */
export async function translateFailures<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toSyncFailure(error, doing);
  }
}

/** The failure that an error of the client stands for; errors that are none of the client's stay as they are. */
export function toSyncFailure(error: unknown, doing: string): Error {
  if (error instanceof errors.ResponseError) {
    const holdsValues = !CONFIGURES.test(readPath(error));
    return failureOfResponse(error.statusCode ?? 0, readErrorCause(error.body), doing, holdsValues);
  }
  if (error instanceof errors.ConfigurationError) {
    return new SyncFailure('InvalidConfig', `Elasticsearch's settings are wrong: ${error.message}`);
  }
  if (error instanceof errors.ProductNotSupportedError) {
    return new SyncFailure('InvalidConfig', 'What answers at elasticsearch.host is not Elasticsearch.');
  }
  // The parser's own message quotes the answer.
  if (error instanceof errors.DeserializationError) return damagedAnswer(doing);
  if (error instanceof errors.RequestAbortedError) {
    // Aborting is the caller's own doing: it knows the reason.
    return TOO_LARGE.test(error.message) ? damagedAnswer(doing) : error;
  }
  if (error instanceof errors.ElasticsearchClientError) {
    const server = `Elasticsearch${readAddress(error)}`;
    return new SyncFailure('DestinationUnavailable', `${server} can't be reached, ${doing}: ${error.message}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Reads the request's destination: the id of a connection is its URL without user name and password. */
function readAddress(error: Error): string {
  const meta = 'meta' in error ? (error.meta as Partial<DiagnosticResult> | undefined) : undefined;
  const id = meta?.meta?.connection?.id;
  return id === undefined || !URL.canParse(id) ? '' : ` at ${new URL(id).origin}`;
}

/** Requests that hold names and settings, but no value of a row, nor a key: an answer to them can be shown. */
const CONFIGURES =
  /^\/(?:[^/_][^/]*|(?:.*\/)?_(?:settings|mapping|alias|aliases|index_template|ingest|cluster|security|block|health_report)(?:\/.*)?)$/u;

function readPath(error: errors.ResponseError): string {
  return error.meta.meta.request.params.path;
}

/**
 * The failure that an answer's status and error stand for.
 * @param holdsValues - whether the request may hold values of rows, or their keys: then only words of the answer are
 *   shown that are known to hold none
 */
export function failureOfResponse(
  status: number,
  answered: ErrorCause,
  doing: string,
  holdsValues = true,
): SyncFailure {
  const error = unwrapError(answered);
  const { type = 'unknown error', reason = '' } = error;
  const says = `Elasticsearch refused ${doing}: HTTP ${status}, ${type}`;
  if (status === 401) return new SyncFailure('DestinationAuthentication', `${says}${explainCredentials(error)}`);
  if (type === 'cluster_block_exception') return blockFailure(status, error, doing);
  if (status === 403) return new SyncFailure('DestinationPermission', `${says}${namePrivilege(error)}`);
  if (status === 429) return new SyncFailure('DestinationOverloaded', says);
  const known = findKnownRefusal(type, reason);
  if (known !== undefined) {
    const words = holdsValues || known.says !== undefined ? quoteKnown(known, type, reason) : blotQuotes(reason);
    return new SyncFailure(known.failure, words === '' ? says : `${says}: ${words}`, known.remedy);
  }
  if (status >= 500 || RETRYABLE.has(status)) return new SyncFailure('DestinationUnavailable', says);
  const explained = holdsValues
    ? `Elasticsearch refused ${doing}: HTTP ${status}, ${formatErrorSummary({ ...summarizeError(error), type })}`
    : withReason(says, error);
  if (INVALID_NAMES.has(type)) return new SyncFailure('InvalidConfig', explained, CHOOSE_NAME);
  if (type === 'index_not_found_exception') return new SyncFailure('DestinationChanged', says);
  // Elasticsearch says why it refuses something.
  if (error.type === undefined && error.reason === undefined) return foreignRefusal(status, doing);
  return new SyncFailure(isAboutMappings(type, reason) ? 'MappingConflict' : 'DestinationRefused', explained);
}

/** Statuses of what may pass by itself, whoever answers so; 0 where there is none. */
const RETRYABLE: ReadonlySet<number> = new Set([0, 408, 425]);

/** The failure for a refusal that isn't Elasticsearch's: the same request will be refused again. */
function foreignRefusal(status: number, doing: string): SyncFailure {
  if (status < 400) return damagedAnswer(doing);
  if (status === 404) {
    return new SyncFailure(
      'DestinationUnavailable',
      `Elasticsearch refused ${doing}: HTTP 404, without a reason of its own`,
      'Check that elasticsearch.host is the address of Elasticsearch itself.',
    );
  }
  return new SyncFailure(
    'DestinationRefused',
    `Something before Elasticsearch refused ${doing}: HTTP ${status}, without a reason of its own.`,
    'See what the proxy or load balancer before Elasticsearch refuses: its log has the request.',
  );
}

/** The error in an answer's body; empty for a body that is not Elasticsearch's, such as a proxy's page. */
export function readErrorCause(body: unknown): ErrorCause {
  if (!isRecord(body)) return {};
  const error = body['error'];
  return typeof error === 'string' ? { reason: error } : toErrorCause(error);
}

/** By which the client says that it gave up an answer above `maxResponseSize`. */
const TOO_LARGE = /^The content length \(\d+\) is bigger than/u;

const INVALID_NAMES: ReadonlySet<string> = new Set([
  'invalid_index_name_exception',
  'invalid_alias_name_exception',
  'resource_already_exists_exception',
]);

const CHOOSE_NAME = 'Choose another index_name: lower case, and none that an index, alias or data stream has already.';

function blockFailure(status: number, error: ErrorCause, doing: string): SyncFailure {
  const block = explainBlock(error);
  const message = `Elasticsearch blocks ${doing}${block === undefined ? '' : `: ${block.says}`}`;
  if (status === 429) {
    return new SyncFailure(
      'DestinationOverloaded',
      message,
      'Elasticsearch is short of disk space: free some or add nodes; it lifts the block by itself.',
    );
  }
  if (block?.isSet === false || status >= 500) return new SyncFailure('DestinationUnavailable', message, block?.remedy);
  return new SyncFailure('DestinationBlocked', message, block?.remedy);
}

/** Elasticsearch says of an API key that it was revoked or has expired; what else stands there is not for messages. */
function explainCredentials({ additional_unsuccessful_credentials: says = '' }: ErrorCause): string {
  if (/^API key: api key \[[\w-]+\] has been invalidated/u.test(says)) return ': the API key was revoked';
  if (/^API key: api key is expired/u.test(says)) return ': the API key has expired';
  return '';
}

/** Elasticsearch names action and index: "action [indices:data/write/bulk] is unauthorized for API key id [...]". */
function namePrivilege(error: ErrorCause): string {
  const action = /^action \[([\w:/.*[\]-]+?)\]/u.exec(error.reason ?? '')?.[1];
  const privileges = /this action is granted by the ([a-z]+ privileges \[[\w,]+\])/u.exec(error.reason ?? '')?.[1];
  return [
    action === undefined ? '' : ` for ${action}`,
    privileges === undefined ? '' : `, granted by the ${privileges}`,
  ].join('');
}

function withReason(message: string, error: ErrorCause): string {
  return error.reason === undefined ? message : `${message}: ${blotQuotes(error.reason)}`;
}
