import { needsConsent } from '../../../sync/delete-guard';

/** Milliseconds for which deletions of a relation count. */
const WINDOW_MS = 600_000;

/** Deletions of one relation: those of the last ten minutes, and until when it gets no more. */
interface Deletions {
  readonly recent: { readonly at: number; readonly count: number }[];
  stoppedUntil: number;
}

/** Surroundings of {@link limitDeletions}. */
export interface DeletionLimit {
  readonly maxDeleteRatio: number;
  /** Counts the documents that a relation has now; asked only where many are deleted. */
  readonly countDocuments: (relation: string) => Promise<number>;
  /** Hears of a relation that a sync has to read, and why. */
  readonly onGap: (relation: string, reason: string) => void;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
}

/**
 * Bounds what a stream deletes of a relation within ten minutes, as a sync bounds what it deletes at all. Above it the
 * stream deletes nothing of it for as long: a sync decides, with its own guard.
 * @returns whether so many more documents of a relation may be deleted, which then count
 */
export function limitDeletions(limit: DeletionLimit): (relation: string, stale: number) => Promise<boolean> {
  const { maxDeleteRatio, countDocuments, onGap, now } = limit;
  const byRelation = new Map<string, Deletions>();
  return async (relation, stale) => {
    const at = now();
    const known = byRelation.get(relation);
    const recent = (known?.recent ?? []).filter((deletion) => at - deletion.at < WINDOW_MS);
    const deletions = { recent, stoppedUntil: known?.stoppedUntil ?? at };
    byRelation.set(relation, deletions);
    const gone = recent.reduce((sum, { count }) => sum + count, 0);
    if (deletions.stoppedUntil <= at && (await needsAsking(relation, gone, stale))) {
      deletions.stoppedUntil = at + WINDOW_MS;
    }
    const mayDelete = deletions.stoppedUntil <= at;
    if (mayDelete) recent.push({ at, count: stale });
    else onGap(relation, 'more of its rows were deleted within ten minutes than max_delete_ratio allows');
    return mayDelete;
  };

  async function needsAsking(relation: string, gone: number, more: number): Promise<boolean> {
    const stale = gone + more;
    if (!needsConsent({ stale, documents: 0 }, maxDeleteRatio)) return false;
    return needsConsent({ stale, documents: gone + (await countDocuments(relation)) }, maxDeleteRatio);
  }
}
