import type { CompareInput } from '../contract/activity-inputs';

/** Ids kept at a time, of all syncs: some 10 MB. The oldest give way, as those of a sync that was refused its deletion. */
const MOST_IDS = 100_000;

/**
 * What comparisons found stale, for the deletion that follows, which mostly runs in the same process: else it compares
 * once more. Ids must not cross an activity's border.
 */
const found = new Map<string, readonly string[]>();

/** Collects the stale ids of a part while they are few enough to keep. */
export interface StaleCollector {
  readonly add: (id: string) => void;
  /** Ids added so far. */
  readonly count: () => number;
  /** Keeps them for {@link takeFoundStale}, when all of them fit. */
  readonly keep: () => void;
}

export function collectStale(input: CompareInput): StaleCollector {
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
      found.set(keyOf(input), ids);
      for (const key of found.keys()) if (countKept() > MOST_IDS) found.delete(key);
    },
  };
}

/** The ids that a comparison of this part kept, once; undefined where none did, as after a crash. */
export function takeFoundStale(input: CompareInput): readonly string[] | undefined {
  const key = keyOf(input);
  const ids = found.get(key);
  found.delete(key);
  return ids;
}

function countKept(): number {
  return [...found.values()].reduce((sum, ids) => sum + ids.length, 0);
}

function keyOf({ job, part, round }: CompareInput): string {
  return JSON.stringify([job.jobId, round, part]);
}
