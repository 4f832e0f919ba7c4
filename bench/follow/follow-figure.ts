/** For how long rows are offered at a rate. */
export const SECONDS = 10;
/** Marks of one measurement are above all of those before. */
export const MARKS = 1_000_000_000;

/** Milliseconds that half, and all but 1%, of something took at most. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** How changes were followed at one rate. */
export interface FollowFigure {
  readonly id: string;
  readonly what: string;
  /** Changed rows a second that were found in the end. */
  readonly rate: number;
  /** From commit until a search finds it; absent where as much was written as was found. */
  readonly found?: Delays;
  /** From commit until Elasticsearch has acknowledged it, of each batch's oldest change. */
  readonly acknowledged?: Delays;
  /** CPU time of the worker, in seconds a changed row. */
  readonly cpuSeconds?: number;
  /** Largest resident memory of the worker, in bytes. */
  readonly peakMemory?: number;
  /** Most bytes of WAL that PostgreSQL kept for the slot. */
  readonly keptWal?: number;
}

/** All that following changes was measured by. */
export interface FollowMeasures {
  readonly figures: FollowFigure[];
  /** The first full sync of the same rows: documents a second, and the worker's memory. */
  full?: { readonly rate: number; readonly peakMemory: number };
  /** Share of a core that a worker takes while nobody writes. */
  idleCpu?: number;
  /** Bytes of WAL kept while others write. */
  idleWal?: number;
}

/** What a share of values lies at or below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function toDelays(values: readonly number[]): Delays {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}
