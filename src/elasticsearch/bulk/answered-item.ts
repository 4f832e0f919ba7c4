import { type ErrorCause, toErrorCause } from '../answers/error-summary';
import { asObject, asText } from '../answers/read-answer';

/** Where a document went, as its item says. */
export interface StoredItem {
  readonly id: string;
  readonly index: string;
  /** `created`, `updated`; `noop` where an ingest pipeline dropped it. */
  readonly result: string;
}

/** Answer to one action of a bulk. */
export interface ItemAnswer {
  readonly status: number;
  readonly error?: ErrorCause;
  /** The index that refused it; where it was asked for and is told. */
  readonly refusedBy?: string;
  /** Of an action that succeeded, where it was asked for. */
  readonly stored?: StoredItem;
}

/** An item of a bulk's answer, as `filter_path` leaves it: `{ "index": { "status": 201 } }`. */
export type AnsweredItem = Readonly<Record<string, ItemAnswer>>;

/**
 * Reads an item of an answer.
 * @param isWatched - whether the answer must say what was stored
 * @throws Error for what is no item of an answer: no document is judged by it
 */
export function toAnsweredItem(value: unknown, isWatched: boolean): AnsweredItem {
  const [[action, result], ...others] = Object.entries(asObject(value)) as [[string, unknown], ...unknown[]];
  const { status, error, ...said } = asObject(result);
  if (others.length > 0 || typeof status !== 'number' || !(status >= 200 && status < 600)) throw new Error('no item');
  const isMissing = status === 404 && action === 'delete';
  if (error === undefined && status >= 300 && !isMissing) throw new Error('a refusal without a reason');
  const { _index: index } = said;
  const refusedBy = isWatched && typeof index === 'string' ? { refusedBy: index } : {};
  if (error !== undefined) return { [action]: { status, error: toErrorCause(error), ...refusedBy } };
  return { [action]: { status, ...(isWatched ? { stored: toStoredItem(said) } : {}) } };
}

function toStoredItem({ _id: id, _index: index, result }: Readonly<Record<string, unknown>>): StoredItem {
  return { id: asText(id), index: asText(index), result: asText(result) };
}
