import type { PendingHints } from './batches/pending-hints';
import type { Roster } from './followed-roster';

/** Listeners of a source of hints. */
export interface HintSink {
  readonly roster: Roster;
  readonly pending: PendingHints;
  /** Hears of each change of a table, by `pg_class.oid`, whoever reads it. */
  readonly onChange: (oid: number) => void;
  /** Hears that there are new ones, or that there is more to confirm. */
  readonly onHints: () => void;
  /** Hears of a relation that a sync has to read, and why. */
  readonly onGap: (relation: string, reason: string) => void;
}

/** What came by a source so far. */
export interface HintCount {
  /** The end of what has been received, where no transaction is half received. */
  readonly received: () => bigint;
  /** Rows' changes that came. */
  readonly count: () => number;
}

/** Tells of every change that a sync which begins once it is open does not see. */
export interface HintSource {
  /** The slot that keeps WAL for it; absent: none does. */
  readonly slot?: string;
  /** Begins to give hints. Call it once. */
  readonly start: (sink: HintSink) => HintCount;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Hints up to a position are applied. */
  readonly confirm: (lsn: bigint) => void;
  /** Settles when it ended: rejects unless it was closed. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}
