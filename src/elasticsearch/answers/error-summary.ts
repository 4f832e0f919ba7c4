import { isRecord } from '../../sync/json-value';
import { findKnownRejection, type KnownRejection } from './known-rejections';

/** An error as Elasticsearch reports it, in answers and in the items of a bulk; see {@link toErrorCause}. */
export interface ErrorCause {
  readonly type?: string;
  readonly reason?: string;
  readonly caused_by?: ErrorCause;
  /** What one of the shards answered, where the error is of all. */
  readonly root?: ErrorCause;
  /** Why credentials were refused. */
  readonly additional_unsuccessful_credentials?: string;
}

/** Causes within causes; Elasticsearch's own are a handful. */
const DEEPEST = 20;

/** As Elasticsearch names its exceptions; anything else may be a value. */
const EXCEPTION = /^[a-z][a-z\d_]{0,99}$/u;

/** Takes the parts of an error out of an answer that have the expected type. */
export function toErrorCause(value: unknown, depth = 0): ErrorCause {
  if (typeof value !== 'object' || value === null) return {};
  const {
    type,
    reason,
    caused_by: cause,
    root_cause: roots,
    failed_shards: shards,
    additional_unsuccessful_credentials: credentials,
  } = value as Readonly<Record<string, unknown>>;
  const root = firstOf(roots) ?? reasonOf(firstOf(shards));
  return {
    ...(typeof type === 'string' && EXCEPTION.test(type) ? { type } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof credentials === 'string' ? { additional_unsuccessful_credentials: credentials } : {}),
    ...(cause === undefined || depth === DEEPEST ? {} : { caused_by: toErrorCause(cause, depth + 1) }),
    ...(root === undefined || depth === DEEPEST ? {} : { root: toErrorCause(root, depth + 1) }),
  };
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? (list as readonly unknown[])[0] : undefined;
}

function reasonOf(shard: unknown): unknown {
  return isRecord(shard) ? shard['reason'] : undefined;
}

/** Errors that only say that there is another one. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'search_phase_execution_exception',
  'remote_transport_exception',
  'exception',
]);

/** The error that an operator can do something about: what a shard or another node answered, where it is theirs. */
export function unwrapError(error: ErrorCause, depth = 0): ErrorCause {
  const within = [error.root, error.caused_by].find((cause) => cause?.type !== undefined && !isSame(cause, error));
  const isWrapper = WRAPPERS.has(error.type ?? '');
  return isWrapper && within !== undefined && depth < DEEPEST ? unwrapError(within, depth + 1) : error;
}

function isSame(a: ErrorCause, b: ErrorCause): boolean {
  return a.type === b.type && a.reason === b.reason;
}

const QUOTED = /"[^"]*"?|(?<!\w)'[^']*'?/gu;

/** A sentence of Elasticsearch with what it quotes left out: that may be a row's value. */
export function blotQuotes(reason: string): string {
  return reason.replace(QUOTED, '…');
}

/** The parts of an error without values: Elasticsearch quotes values and document ids in its reasons. */
export interface ErrorSummary extends Partial<KnownRejection> {
  /** `document_parsing_exception` */
  readonly type: string;
  /** Type of the innermost cause, where it differs: `number_format_exception`. */
  readonly cause?: string;
  /** Field that the error speaks of. */
  readonly field?: string;
  /** Type of that field: `long`. */
  readonly fieldType?: string;
}

/** Everything from here on may quote a value. */
const QUOTES = /preview of|in document with id|'|"/iu;
const FIELD =
  /(?<!\bdate )\bfield(?: name)? \[([^\]]{1,512})\]|\bobject mapping for \[([^\]]{1,512})\]|\bmapper \[([^\]]{1,512})\]/u;
const TERM_FIELD = /^Document contains at least one immense term in field="([^"]{1,512})"/u;
const FIELD_TYPE = /\bof type \[(\w{1,64})\]/u;

/** Reduces an error to its types and the field's name, so that it can be shown, logged and kept without a row's value. */
export function summarizeError(error: ErrorCause): ErrorSummary {
  const reason = error.reason ?? '';
  const safe = reason.slice(0, Math.max(0, indexOf(reason, QUOTES)));
  const field = FIELD.exec(safe)?.slice(1).find(Boolean) ?? TERM_FIELD.exec(reason)?.[1];
  const fieldType = FIELD_TYPE.exec(safe)?.[1];
  const cause = findInnermostType(error);
  return {
    type: error.type ?? 'unknown',
    ...(cause === undefined || cause === error.type ? {} : { cause }),
    ...(field === undefined ? {} : { field }),
    ...(fieldType === undefined ? {} : { fieldType }),
    ...findKnownRejection(error),
  };
}

/** "rejected execution of coordinating operation [..., coordinating_operation_bytes=1000208, max_coordinating_bytes=307200]" */
const LIMIT = /\b(?:coordinating|primary)_operation_bytes=(\d+), max_(?:coordinating|primary)_bytes=(\d+)/u;

/** Whether Elasticsearch refused something (429) that is larger than it takes even when it has nothing else to do. */
export function exceedsLimit(error: ErrorCause | undefined): boolean {
  const [, bytes, limit] = LIMIT.exec(error?.reason ?? '') ?? [];
  return Number(bytes) > Number(limit);
}

/** One line for messages: `document_parsing_exception (number_format_exception) in field "n" of type long: it is no number`. */
export function formatErrorSummary({ type, cause, field, fieldType, says }: ErrorSummary): string {
  const parts = [type];
  if (cause !== undefined) parts.push(`(${cause})`);
  if (field !== undefined) parts.push(`in field "${field}"`);
  if (fieldType !== undefined) parts.push(`of type ${fieldType}`);
  return parts.join(' ') + (says === undefined ? '' : `: ${says}`);
}

function indexOf(text: string, pattern: RegExp): number {
  const position = text.search(pattern);
  return position === -1 ? text.length : position;
}

function findInnermostType(error: ErrorCause): string | undefined {
  let innermost = error;
  while (innermost.caused_by !== undefined) innermost = innermost.caused_by;
  return innermost.type;
}
