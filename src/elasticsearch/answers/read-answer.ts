import { SyncFailure } from '../../sync/failures';

/**
 * Reads an answer by code that throws where it is not what Elasticsearch sends: cut off, of another kind, or a proxy's.
 * The failure says nothing of the answer, which may quote rows.
 *
 * @param doing - completes "Elasticsearch failed ...".
 * @throws SyncFailure `DestinationUnavailable`: the next answer may be a right one
 */
export function readAnswer<Result>(doing: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof SyncFailure ? error : damagedAnswer(doing);
  }
}

/** The failure for an answer that can't be understood. */
export function damagedAnswer(doing: string): SyncFailure {
  return new SyncFailure(
    'DestinationUnavailable',
    `Elasticsearch's answer is damaged, ${doing}: it is incomplete, or something before Elasticsearch gave it.`,
    'See whether a proxy or load balancer before Elasticsearch cuts answers short or puts its own in their place.',
  );
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object');
  return value as Readonly<Record<string, unknown>>;
}

export function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value;
}

/** Text that is not empty. */
export function asText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError('not a text');
  return value;
}

export function asCount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new TypeError('not a count');
  return value;
}
