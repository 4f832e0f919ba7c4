import type { Delays } from './follow-figure';

/** Observations by the upper limit of their bucket, in seconds; each bucket holds those of the smaller ones, too. */
export type Histogram = ReadonlyMap<number, number>;

const BUCKET = /^pgferry_stream_delay_seconds_bucket\{([^}]*)\} ([0-9.e+]+)$/gmu;

/** Reads how long a worker's changes took from commit to acknowledged. */
export function readHistogram(metrics: string): Histogram {
  const buckets = new Map<number, number>();
  for (const [, labels = '', count] of metrics.matchAll(BUCKET)) {
    const limit = Number(/le="([^"]+)"/u.exec(labels)?.[1]?.replace('+Inf', 'Infinity'));
    buckets.set(limit, (buckets.get(limit) ?? 0) + Number(count));
  }
  return buckets;
}

/** Estimates quantiles of what was observed between two readings: evenly spread within each bucket, as Prometheus does. */
export function estimateDelays(before: Histogram, after: Histogram): Delays {
  const buckets = [...after].map(([limit, count]) => [limit, count - (before.get(limit) ?? 0)] as const);
  buckets.sort(([a], [b]) => a - b);
  return { p50: estimate(buckets, 0.5), p99: estimate(buckets, 0.99) };
}

function estimate(buckets: readonly (readonly [number, number])[], share: number): number {
  const rank = share * (buckets.at(-1)?.[1] ?? 0);
  let [lower, below] = [0, 0];
  for (const [limit, count] of buckets) {
    if (count >= rank && count > below) {
      if (limit === Infinity) return lower * 1_000;
      return (lower + ((limit - lower) * (rank - below)) / (count - below)) * 1_000;
    }
    [lower, below] = [limit, count];
  }
  return NaN;
}
