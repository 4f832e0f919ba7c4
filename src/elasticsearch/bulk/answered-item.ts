import { type ErrorCause, toErrorCause } from '../answers/error-summary';
import { asObject } from '../answers/read-answer';

/** An item of a bulk's answer, as `filter_path` leaves it: `{ "index": { "status": 201 } }`. */
export type AnsweredItem = Readonly<Record<string, { readonly status: number; readonly error?: ErrorCause }>>;

/**
 * Reads an item of an answer.
 * @throws Error for what is no item of an answer: no document is judged by it
 */
export function toAnsweredItem(value: unknown): AnsweredItem {
  const [[action, result], ...others] = Object.entries(asObject(value)) as [[string, unknown], ...unknown[]];
  const { status, error } = asObject(result);
  if (others.length > 0 || typeof status !== 'number' || !(status >= 200 && status < 600)) throw new Error('no item');
  const isMissing = status === 404 && action === 'delete';
  if (error === undefined && status >= 300 && !isMissing) throw new Error('a refusal without a reason');
  return { [action]: { status, ...(error === undefined ? {} : { error: toErrorCause(error) }) } };
}
