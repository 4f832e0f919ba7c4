/** Costs of the last scans of a relation. */
export interface ScanCosts {
  /** Scans in a row that took more than they may. */
  readonly dearInARow: number;
  /** Why the relation is no longer scanned. */
  readonly verdict?: string;
}

/** Share of the time that scans may take. */
const MOST_SHARE = 0.1;
/** A machine that is busy for a moment is no reason. */
const DEAR_SCANS = 3;

/**
 * Judges whether a relation may be scanned for changes any more.
 * @param tookMs - milliseconds of this scan
 * @param everyMs - milliseconds between scans
 */
export function judgeScan(before: ScanCosts | undefined, tookMs: number, everyMs: number): ScanCosts {
  if (tookMs <= everyMs * MOST_SHARE) return { dearInARow: 0 };
  const dearInARow = (before?.dearInARow ?? 0) + 1;
  if (dearInARow < DEAR_SCANS) return { dearInARow };
  const seconds = (tookMs / 1_000).toFixed(1);
  return {
    dearInARow,
    verdict: `looking for its changes takes ${seconds} s, which is more than a tenth of continuous.every`,
  };
}
