import type { ConnectorMemory, MemoryKind } from '../connector/connector-memory';
import type { CompareInput } from '../contract/activity-inputs';

/** Ids kept at a time of one sync: some 10 MB. Those of the oldest part give way. */
const MOST_IDS = 100_000;

/** Ids that comparisons found stale, by {@link keyOf} their part, for the deletion that follows: else it compares once more. */
const FOUND_STALE: MemoryKind<Map<string, readonly string[]>> = { begin: () => new Map() };

/** The part whose stale documents are meant. */
type StaleOf = Pick<CompareInput, 'job' | 'part' | 'round'>;

/** Collects the stale ids of a part while they are few enough to keep. */
export interface StaleCollector {
  readonly add: (id: string) => void;
  /** Ids added so far. */
  readonly count: () => number;
  /** Keeps them for {@link takeFoundStale}, when all of them fit. */
  readonly keep: () => void;
}

/** A collector for one part. */
export function collectStale(memory: ConnectorMemory, input: StaleOf): StaleCollector {
  const ids: string[] = [];
  let count = 0;
  return {
    add: (id) => {
      count += 1;
      if (count <= MOST_IDS) ids.push(id);
      else ids.length = 0;
    },
    count: () => count,
    keep: () => {
      if (count === 0 || count > MOST_IDS) return;
      const found = memory.of(input.job.jobId, FOUND_STALE);
      found.set(keyOf(input), ids);
      for (const key of found.keys()) if (countIds(found) > MOST_IDS) found.delete(key);
    },
  };
}

/** The ids that a comparison of this part kept, once; undefined where none did, as after a crash. */
export function takeFoundStale(memory: ConnectorMemory, input: StaleOf): readonly string[] | undefined {
  const found = memory.of(input.job.jobId, FOUND_STALE);
  const key = keyOf(input);
  const ids = found.get(key);
  found.delete(key);
  return ids;
}

function countIds(found: ReadonlyMap<string, readonly string[]>): number {
  return [...found.values()].reduce((sum, ids) => sum + ids.length, 0);
}

function keyOf({ part, round }: Omit<StaleOf, 'job'>): string {
  const { relation, oid, buckets, strays, outlived } = part;
  return JSON.stringify([round, relation, oid, buckets, strays, outlived]);
}
