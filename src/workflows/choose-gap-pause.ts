/** A sync that was to close a gap. */
export interface GapSync {
  readonly tookMs: number;
  readonly hasFailed: boolean;
  /** Milliseconds after the last pause for which no sync was owed. */
  readonly quietMs: number;
  /** Milliseconds of the pause before it; 0: it was the first. */
  readonly pauseMs: number;
}

const LEAST_MS = 1_000;
/** A failure stays, as a rule, until somebody has mended what it names. */
const FAILED_MS = 60_000;
const MOST_MS = 600_000;
/** Syncs of gaps take a tenth of the time at most, where gaps never end. */
const MOST_PAUSES_PER_DURATION = 10;

/** Chooses for how many milliseconds gaps are gathered before another sync closes them: longer, the more there are. */
export function chooseGapPause({ tookMs, hasFailed, quietMs, pauseMs }: GapSync): number {
  const first = hasFailed ? FAILED_MS : Math.max(LEAST_MS, tookMs);
  const most = hasFailed ? MOST_MS : Math.min(MOST_MS, MOST_PAUSES_PER_DURATION * first);
  const isRare = quietMs > most;
  return Math.min(most, isRare ? first : Math.max(first, 2 * pauseMs));
}

/**
 * Chooses for how many milliseconds changes are gathered before relations are read again: the stream keeps `min_interval`
 * between two requests, and a sync that takes longer than that takes half the time at most.
 */
export function chooseReadPause(tookMs: number): number {
  return Math.max(LEAST_MS, tookMs);
}
