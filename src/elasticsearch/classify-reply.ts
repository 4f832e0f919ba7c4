import { SyncFailure } from '../sync/failures';
import { type ErrorSummary, exceedsLimit, summarizeError } from './error-summary';
import { type BulkItem } from './judge-items';
import { type BulkReply } from './post-bulk';
import { failureOfResponse, readErrorCause } from './translate-failure';

/** What the reply to a bulk request asks for. */
export type ReplyClass =
  /** Every item was indexed. */
  | { readonly kind: 'done' }
  /** Each item has its own answer. */
  | { readonly kind: 'items'; readonly items: readonly BulkItem[] }
  /** Elasticsearch can't take this request: it is too large, or an item breaks it as a whole. */
  | { readonly kind: 'refused'; readonly error: ErrorSummary }
  /** The same request may pass later. */
  | {
      readonly kind: 'later';
      /** Elasticsearch has too much to do. */
      readonly isPushback: boolean;
      /** Smaller requests may pass. */
      readonly mayBeSize: boolean;
      readonly failure: SyncFailure;
    };

const SUCCESS = '"errors":false';
/** `errors` is the first key of an answer. */
const SUCCESS_WITHIN = 64;
const DELETE = '"delete":';

/**
 * Sorts the reply to a bulk request of `count` items.
 *
 * @throws SyncFailure for what neither time nor another body can change, such as missing rights.
 */
export function classifyReply(reply: BulkReply, count: number, target: string): ReplyClass {
  const doing = `writing to ${target}`;
  if (reply.kind === 'none') {
    const failure = new SyncFailure(
      'DestinationUnavailable',
      `Elasticsearch can't be reached, ${doing}: ${reply.reason}`,
    );
    return { kind: 'later', isPushback: false, mayBeSize: reply.wasReset, failure };
  }
  const { status, body } = reply;
  if (status === 200) return readItems(reply, count, target);
  const error = readErrorCause(parseJson(body));
  if (status === 413) return { kind: 'refused', error: { type: error.type ?? 'content_too_large' } };
  if (status === 429 && exceedsLimit(error)) return { kind: 'refused', error: summarizeError(error) };
  const failure = failureOfResponse(status, error, doing);
  if (status === 400 && failure.type === 'MappingConflict') return { kind: 'refused', error: summarizeError(error) };
  if (!failure.retryable) throw failure;
  const isPushback = status === 429;
  return { kind: 'later', isPushback, mayBeSize: isPushback, failure };
}

function readItems(reply: BulkReply & { kind: 'answer' }, count: number, target: string): ReplyClass {
  const { body, hasGuard } = reply;
  const isSuccess = body.subarray(0, SUCCESS_WITHIN).includes(SUCCESS);
  // The usual case, and the only one that must be fast. A deletion's 404 is no error to Elasticsearch.
  if (isSuccess && !body.includes(DELETE)) return { kind: 'done' };
  const parsed = parseJson(body) as { readonly items?: readonly BulkItem[] } | undefined;
  const items = hasGuard ? parsed?.items?.slice(1) : parsed?.items;
  if (items?.length === count) return { kind: 'items', items };
  const says = `Elasticsearch's answer to a bulk to ${target} is incomplete: ${items?.length ?? 0} of ${count} items.`;
  return {
    kind: 'later',
    isPushback: false,
    mayBeSize: false,
    failure: new SyncFailure('DestinationUnavailable', says),
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
