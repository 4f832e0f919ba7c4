import { setTimeout as sleep } from 'node:timers/promises';

import type { Source } from '../../postgres/connection/source';
import { withTransaction } from '../../postgres/connection/transaction';
import { readChangedKeys } from '../../postgres/rows/read-changed-keys';
import { hasChangesSince } from '../../postgres/server/changed-since';
import { readMoment } from '../../postgres/server/read-moment';
import { type Horizon, readHorizon } from '../../postgres/server/watermark';
import type { ProjectedRelation } from '../plan/projected-relation';
import type { HintSink, HintSource } from './hint-source';
import { judgeScan, type ScanCosts } from './judge-scan';

/** Keys of a relation above which a sync is cheaper than looking all of them up. */
const MOST_KEYS = 100_000;

/**
 * Hints by scans for rows that were written since the last scan: no privilege is needed, and deletions aren't seen.
 * @param everyMs - milliseconds between scans
 */
export async function pollChanges(
  source: Source,
  relations: readonly ProjectedRelation[],
  everyMs: number,
  signal: AbortSignal,
): Promise<HintSource> {
  // A sync that begins from here on sees what this moment saw.
  let since = await readHorizon(source, signal);
  let count = 0;
  let isPaused = false;
  const costs = new Map<string, ScanCosts>();
  const closing = new AbortController();
  const ending = AbortSignal.any([signal, closing.signal]);

  const look = async ({ roster, pending, onHints, onGap, onChange }: HintSink) => {
    // What this one does not see the next scan looks for.
    const next = await readHorizon(source, ending);
    for (const projected of relations) {
      if (roster.find(projected.name) === undefined) continue;
      const started = performance.now();
      const found = await scan(source, projected, since, ending);
      if (found === undefined) continue;
      const { keys, clock } = found;
      count += keys.length;
      if (keys.length > 0) onChange(projected.relation.oid);
      if (keys.length > MOST_KEYS) onGap(projected.name, `more than ${MOST_KEYS} rows changed between two scans`);
      else
        for (const { key, xid } of keys)
          pending.add(projected.name, key, { kind: 'begin', finalLsn: 0n, committedAt: clock, xid });
      const judged = judgeScan(costs.get(projected.name), performance.now() - started, everyMs);
      costs.set(projected.name, judged);
      if (judged.verdict !== undefined) roster.leave(projected.name, judged.verdict, 'for good');
    }
    since = next;
    if (pending.size() > 0) onHints();
  };
  const run = async (sink: HintSink): Promise<void> => {
    for (;;) {
      await sleep(everyMs, undefined, { signal: ending });
      if (!isPaused) await look(sink);
    }
  };
  let end: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => {
      if (closing.signal.aborted) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    };
  });
  ended.catch(() => undefined);
  return {
    start: (sink) => {
      run(sink).catch(end);
      return { received: () => 0n, count: () => count };
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    confirm: () => undefined,
    ended,
    close: () => {
      closing.abort();
    },
  };
}

/** @returns undefined where nothing at all has changed in the database */
function scan(source: Source, { relation }: ProjectedRelation, since: Horizon, signal: AbortSignal) {
  return withTransaction(
    source,
    async (tx) => {
      const { clock } = await readMoment(tx);
      if (!(await hasChangesSince(tx, since))) return undefined;
      return { clock, keys: await readChangedKeys(tx, relation, since, MOST_KEYS + 1) };
    },
    { isolation: 'repeatable read', activity: 'reading rows', signal },
  );
}
