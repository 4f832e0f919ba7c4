import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';

/** Milliseconds between two searches. */
const LOOK_MS = 10;

/** Looks by searches how many changes are found. */
export interface FoundWatch {
  /** Number of changes that were found at the last look. */
  readonly found: () => number;
  /** Waits until so many were found. */
  readonly until: (count: number, timeoutMs: number) => Promise<void>;
  /** Milliseconds by `performance.now()` at which the n-th was found. */
  readonly foundAt: () => readonly number[];
  readonly stop: () => Promise<void>;
}

/** Counts documents with marks above `base` again and again, as searches see them. */
export function watchFound(elasticsearch: Client, index: string, base: number): FoundWatch {
  const foundAt: number[] = [];
  const stopping = new AbortController();
  const look = async () => {
    const { hits } = await elasticsearch.search({
      index,
      size: 0,
      track_total_hits: true,
      request_cache: false,
      query: { range: { mark: { gt: base } } },
    });
    const count = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0);
    const now = performance.now();
    while (foundAt.length < count) foundAt.push(now);
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(LOOK_MS);
    }
  })();
  // It is awaited when it is stopped.
  watching.catch(() => undefined);
  return {
    found: () => foundAt.length,
    until: async (count, timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      while (foundAt.length < count) {
        if (performance.now() > deadline)
          throw new Error(`${foundAt.length} of ${count} changes were found within ${timeoutMs / 1_000} s`);
        await sleep(LOOK_MS);
      }
    },
    foundAt: () => foundAt,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}
