/** Transaction ids from the first to the last, both included; 64-bit, in decimal digits. */
export type IdRange = readonly [first: string, last: string];

/** Transactions that a snapshot does not see, more exactly than by its watermark, below which it sees all. */
export interface UnseenTransactions {
  /** It sees none from this id on. */
  readonly next: string;
  /** Between watermark and `next` it sees all but some of these, in ascending order. */
  readonly open: readonly IdRange[];
}

/** A moment of PostgreSQL's history: rows of transactions that it did not see are read. */
export interface Since {
  /** A 64-bit transaction id in decimal digits: every transaction not seen has an id at or above it. */
  readonly watermark: string;
  /** Absent: none at or above the watermark counts as seen. */
  readonly unseen?: UnseenTransactions;
}

/** Readings of one moment, and of one a little later. */
export interface TransactionReadings {
  /** The snapshot's `xmin` and `xmax`. */
  readonly watermark: bigint;
  readonly next: bigint;
  /** The snapshot's list: transactions that were in progress, without their subtransactions. */
  readonly running: readonly bigint[];
  /** Ids from `watermark` to below `next`, ascending, that had not ended when the log was asked after the snapshot. */
  readonly open: readonly bigint[];
}

/** More ranges than this make each row's condition long; they are joined, nearest first. */
const MAX_RANGES = 16;

/**
 * Tells which transactions are not seen. An id that is not in the snapshot's list had ended, unless it is a
 * subtransaction's; of these the log says as long as their transaction has not ended. One of the list that ended between
 * the two readings, or that has ended in the log while snapshots don't see it yet, may have such ids above its own: from
 * the first of these on, none counts as seen.
 */
export function findUnseen({ watermark, next, running, open }: TransactionReadings): UnseenTransactions | undefined {
  const stillOpen = new Set(open);
  const ended = running.filter((id) => !stillOpen.has(id));
  const end = ended.reduce((least, id) => (id < least ? id : least), next);
  if (end <= watermark) return undefined;
  const ranges = joinRanges(toRanges(open.filter((id) => id < end)));
  return { next: end.toString(), open: ranges.map(([first, last]) => [first.toString(), last.toString()]) };
}

function toRanges(ids: readonly bigint[]): [bigint, bigint][] {
  const ranges: [bigint, bigint][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1n === id) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}

/** Ids between that are read as well cost a little time. */
function joinRanges(ranges: readonly [bigint, bigint][]): [bigint, bigint][] {
  if (ranges.length <= MAX_RANGES) return [...ranges];
  const gaps = ranges.slice(1).map(([first], index) => ({ index, size: first - (ranges[index]?.[1] ?? first) }));
  gaps.sort((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0));
  const kept = new Set(gaps.slice(0, MAX_RANGES - 1).map(({ index }) => index));
  const joined: [bigint, bigint][] = [];
  ranges.forEach(([first, last], index) => {
    const before = joined.at(-1);
    if (before === undefined || kept.has(index - 1)) joined.push([first, last]);
    else before[1] = last;
  });
  return joined;
}

/** A snapshot's list of transactions: its `xmax`, and those in progress below it; 64-bit ids. */
export interface SnapshotList {
  readonly next: bigint;
  readonly running: readonly bigint[];
}

/** Transaction ids of the wire are the lowest 32 bits of the whole id. */
const WIRE_BITS = 32;
const WIRE_IDS = 2 ** WIRE_BITS;

/**
 * Tells whether a snapshot of a primary sees a transaction whose commit was delivered: a walsender sends it once it is on
 * disk, snapshots see it a little later, or much later where it waits for a standby.
 * @param xid - of the transaction, 32 bits, as `Begin` has it
 */
export function isHintVisible(xid: number, { next, running }: SnapshotList): boolean {
  const behind = (Number(BigInt.asUintN(WIRE_BITS, next)) - xid + WIRE_IDS) % WIRE_IDS;
  // Half of all ids are older, half are yet to come.
  if (behind === 0 || behind > WIRE_IDS / 2) return false;
  return !running.includes(next - BigInt(behind));
}
