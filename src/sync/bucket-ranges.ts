/** Documents are spread over this many buckets by a hash of their id, so that both sides can be compared piece by piece. */
export const BUCKETS = 1_024;

/** Buckets from `from` to before `to` of one relation. */
export interface BucketRange {
  readonly from: number;
  readonly to: number;
}

/** Cuts the buckets into ranges that hold about `idsPerRange` ids each. */
export function cutBuckets(ids: number, idsPerRange: number): BucketRange[] {
  const count = Math.min(BUCKETS, Math.max(1, Math.ceil(ids / idsPerRange)));
  return Array.from({ length: count }, (_, index) => ({
    from: Math.floor((index * BUCKETS) / count),
    to: Math.floor(((index + 1) * BUCKETS) / count),
  }));
}
