import { SyncFailure } from '../../sync/failures';
import { parseJson } from '../../sync/json-value';
import { type ErrorSummary, exceedsLimit, summarizeError } from '../answers/error-summary';
import { asList, asObject, damagedAnswer } from '../answers/read-answer';
import { failureOfResponse, readErrorCause } from '../answers/translate-failure';
import { type AnsweredItem, toAnsweredItem } from './answered-item';
import type { BulkReply } from './post-bulk';

/** The next step after the reply to a bulk request. */
export type ReplyClass =
  /** Every item was indexed. */
  | { readonly kind: 'done' }
  /** Each item has its own answer. */
  | { readonly kind: 'items'; readonly items: readonly AnsweredItem[] }
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

/** Beginning of an answer when every item succeeded, as `filter_path` leaves it: older servers have the time first. */
const SUCCESS = /^\{(?:"errors":false,"took":\d{1,12}|"took":\d{1,12},"errors":false),"items":\[/u;
const SUCCESS_WITHIN = 64;
const SUCCESS_END = ']}';
/** An index action that succeeded: each takes as many bytes, whatever its status. */
const SUCCESSFUL_ITEM = '{"index":{"status":201}}';
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
  const error = readErrorCause(parseJson(body.toString()));
  if (status === 413) return { kind: 'refused', error: { type: error.type ?? 'content_too_large' } };
  if (status === 429 && exceedsLimit(error)) return { kind: 'refused', error: summarizeError(error) };
  const failure = failureOfResponse(status, error, doing);
  const isUnexplained = failure.type === 'MappingConflict' || failure.type === 'DestinationRefused';
  if (status === 400 && isUnexplained && error.type !== undefined)
    return { kind: 'refused', error: summarizeError(error) };
  if (!failure.retryable) throw failure;
  const isPushback = status === 429;
  return { kind: 'later', isPushback, mayBeSize: isPushback, failure };
}

function readItems(reply: BulkReply & { kind: 'answer' }, count: number, target: string): ReplyClass {
  const { body, hasGuard, isWatched = false } = reply;
  if (!isWatched && isSuccessOf(body, count)) return { kind: 'done' };
  try {
    const items = asList(asObject(parseJson(body.toString()))['items'])
      .slice(hasGuard ? 1 : 0)
      .map((item) => toAnsweredItem(item, isWatched));
    if (items.length === count) return { kind: 'items', items };
  } catch {
    // Not Elasticsearch's.
  }
  return { kind: 'later', isPushback: false, mayBeSize: false, failure: damagedAnswer(`writing to ${target}`) };
}

/** The usual case, and the only one that must be fast. A deletion's 404 is no error to Elasticsearch. */
function isSuccessOf(body: Buffer, count: number): boolean {
  const start = SUCCESS.exec(body.toString('latin1', 0, SUCCESS_WITHIN))?.[0].length;
  if (start === undefined || count === 0) return false;
  const length = start + count * (SUCCESSFUL_ITEM.length + 1) - 1 + SUCCESS_END.length;
  return body.length === length && body.toString('latin1', length - 2) === SUCCESS_END && !body.includes(DELETE);
}
