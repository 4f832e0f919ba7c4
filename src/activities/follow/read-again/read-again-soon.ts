import type { ReadAgain } from './choose-read-again';

/** Milliseconds for which the first changes are gathered. */
const GATHER_MS = 300;

/** Surroundings of {@link readAgainSoon}. */
export interface ReadAgainScope {
  /** Least milliseconds between two requests. */
  readonly minIntervalMs: number;
  /** Waits until snapshots see every transaction that has committed. */
  readonly untilSeen: () => Promise<void>;
  /** Asks for a sync that reads relations again. */
  readonly request: (relations: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Hears of tables that changed, and asks for syncs. */
export interface ReadAgainRequests {
  /** @param oid - `pg_class.oid` in whose name a change came */
  readonly changed: (oid: number) => void;
  readonly stop: () => void;
}

/**
 * Asks that relations be read again soon after tables changed which they read: at once after a quiet time, and not more
 * often than every `minIntervalMs`. A change that comes while one is asked for leads to another.
 */
export function readAgainSoon(relations: readonly ReadAgain[], scope: ReadAgainScope): ReadAgainRequests {
  const readers = new Map<number, string[]>();
  for (const { relation, oids } of relations) {
    for (const oid of oids) readers.set(oid, [...(readers.get(oid) ?? []), relation]);
  }
  const due = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isAsking = false;
  let isStopped = false;
  let earliest = performance.now();
  const plan = () => {
    if (isAsking || isStopped || due.size === 0) return;
    timer ??= setTimeout(fire, Math.max(GATHER_MS, earliest - performance.now()));
  };
  const fire = () => {
    timer = undefined;
    isAsking = true;
    earliest = performance.now() + scope.minIntervalMs;
    ask()
      .catch(scope.onError)
      .finally(() => {
        isAsking = false;
        plan();
      });
  };
  const ask = async () => {
    const asked = [...due];
    due.clear();
    // A walsender tells of a commit before snapshots see it: the sync must.
    await scope.untilSeen();
    if (!isStopped) await scope.request(asked);
  };
  return {
    changed: (oid) => {
      const names = readers.get(oid);
      if (names === undefined) return;
      for (const name of names) due.add(name);
      plan();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
