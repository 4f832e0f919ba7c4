import type { Client } from '@elastic/elasticsearch';

import { writeState } from '../../../elasticsearch/index/state-store';
import type { SyncJob } from '../../../sync/sync-plan';
import { chooseVersion } from '../../../sync/write-version';

/** Versions of a stream's batches: each is above that of every writer which began to read before. */
export interface StreamVersions {
  /** @param clock - of the batch's snapshot */
  readonly choose: (clock: number) => Promise<number>;
  /** A document has a newer version than the stream thought. */
  readonly meet: (version: number) => void;
  /** Saves the newest version in the index, so that later writers begin above it. */
  readonly save: () => Promise<void>;
}

const MICROSECONDS_PER_MS = 1_000;
/** Milliseconds by which PostgreSQL's clock may go slower than this machine's, and has not stepped back. */
const SLOW_CLOCK_MS = 50;

/**
 * @param look - reads the newest version that the index says was used; fails where the stream may not write any more
 * @param looksEveryMs - after how long of PostgreSQL's clock, which versions go by, it looks in any case
 */
export function createStreamVersions(
  client: Client,
  { connectorId, concreteIndex, version }: SyncJob,
  { look, looksEveryMs }: { readonly look: () => Promise<number | undefined>; readonly looksEveryMs: number },
): StreamVersions {
  let newest = version;
  let lookedAt = -Infinity;
  let seen: { readonly clock: number; readonly at: number } | undefined;
  let saved = 0;
  const hasSteppedBack = (clock: number) => {
    const before = seen;
    seen = { clock, at: performance.now() };
    if (before === undefined) return false;
    const passedMs = seen.at - before.at - SLOW_CLOCK_MS;
    return clock - before.clock < passedMs * MICROSECONDS_PER_MS;
  };
  return {
    choose: async (clock) => {
      // Only then may a sync have begun with a version above the clock: it has saved that before its first write.
      const isBehind = hasSteppedBack(clock) || clock <= newest;
      const isDue = clock - lookedAt > looksEveryMs * MICROSECONDS_PER_MS;
      const newestOfAll = isBehind || isDue ? await look() : undefined;
      if (isBehind || isDue) lookedAt = clock;
      newest = chooseVersion(clock, [newest, newestOfAll]);
      return newest;
    },
    meet: (met) => {
      newest = Math.max(newest, met);
    },
    save: async () => {
      if (saved === newest) return;
      const version = newest;
      await writeState(client, concreteIndex, (state) => {
        const connector = state.connectors[connectorId];
        if (connector === undefined || connector.version >= version) return state;
        return { ...state, connectors: { ...state.connectors, [connectorId]: { ...connector, version } } };
      });
      saved = version;
    },
  };
}
