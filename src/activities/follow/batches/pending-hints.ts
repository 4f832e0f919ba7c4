import type { BeginMessage, KeyText } from '../../../postgres/replication/pgoutput';

/** A key of a row that changed, not read again yet. */
export interface Hint {
  readonly key: KeyText;
  /** The newest transaction that changed it, 32 bits: who wrote a key later saw the earlier one end. */
  readonly xid: number;
  /** WAL position from which on the hint is needed: of the oldest commit that it stands for. */
  readonly lsn: bigint;
  /** Microseconds since 1970, of the same. */
  readonly committedAt: number;
}

/** Hints that wait, a map of keys for each relation, and those under way. */
export interface PendingHints {
  readonly add: (relation: string, key: KeyText, commit: BeginMessage) => void;
  /** Takes hints of any relations, the oldest first within each; they count as under way until {@link settle}. */
  readonly take: (limit: number, isReady: (hint: Hint) => boolean) => readonly TakenHints[];
  /** Hints that were applied; of those put back their keys are to be read again. */
  readonly settle: (taken: readonly TakenHints[], putBack?: boolean) => void;
  /** Drops all that waits for a relation: a sync has to follow. */
  readonly drop: (relation: string) => void;
  /** Hints that wait. */
  readonly size: () => number;
  readonly sizeOf: (relation: string) => number;
  /** The oldest position that is still needed; undefined where nothing waits or is under way. */
  readonly oldest: () => bigint | undefined;
}

/** Hints of one relation that are read again together. */
export interface TakenHints {
  readonly relation: string;
  readonly hints: readonly Hint[];
}

export function createPendingHints(): PendingHints {
  const waiting = new Map<string, Map<string, Hint>>();
  const underWay = new Set<TakenHints>();
  const mapOf = (relation: string) => {
    const known = waiting.get(relation);
    if (known !== undefined) return known;
    const made = new Map<string, Hint>();
    waiting.set(relation, made);
    return made;
  };
  const put = (relation: string, hint: Hint) => {
    const hints = mapOf(relation);
    const text = hint.key.length === 1 ? (hint.key[0] ?? '') : JSON.stringify(hint.key);
    const before = hints.get(text);
    hints.set(text, before === undefined ? hint : merge(before, hint));
  };
  return {
    add: (relation, key, { xid, finalLsn: lsn, committedAt }) => {
      put(relation, { key, xid, lsn, committedAt });
    },
    take: (limit, isReady) => {
      const taken: TakenHints[] = [];
      let left = limit;
      for (const [relation, hints] of waiting) {
        const ready: Hint[] = [];
        for (const [text, hint] of hints) {
          if (left <= 0) break;
          if (!isReady(hint)) continue;
          hints.delete(text);
          ready.push(hint);
          left -= 1;
        }
        if (ready.length > 0) taken.push({ relation, hints: ready });
      }
      for (const group of taken) underWay.add(group);
      return taken;
    },
    settle: (taken, putBack = false) => {
      for (const group of taken) {
        underWay.delete(group);
        if (putBack) for (const hint of group.hints) put(group.relation, hint);
      }
    },
    drop: (relation) => {
      waiting.delete(relation);
    },
    size: () => [...waiting.values()].reduce((sum, { size }) => sum + size, 0),
    sizeOf: (relation) => waiting.get(relation)?.size ?? 0,
    oldest: () => {
      let least: bigint | undefined;
      const look = ({ lsn }: Hint) => {
        if (least === undefined || lsn < least) least = lsn;
      };
      for (const hints of waiting.values()) for (const hint of hints.values()) look(hint);
      for (const { hints } of underWay) hints.forEach(look);
      return least;
    },
  };
}

/** A hint that is put back is older than one that came meanwhile, and the other way round. */
function merge(a: Hint, b: Hint): Hint {
  const [older, newer] = a.lsn <= b.lsn ? [a, b] : [b, a];
  return { key: newer.key, xid: newer.xid, lsn: older.lsn, committedAt: older.committedAt };
}
