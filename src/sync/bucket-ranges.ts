/** Documents are spread over this many buckets by a hash of their id, so that both sides can be compared piece by piece. */
export const BUCKETS = 1_024;

/** Buckets from `from` to before `to` of one relation. */
export interface BucketRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Ids that one activity holds, and two activities do at a time: 36 MB, since a set of ids doubles at 1,468,000. Each part
 * reads the whole table in PostgreSQL, and Elasticsearch reads ids four times as fast where a part is all of them: then
 * they lie side by side [measured].
 */
export const IDS_PER_PART = 1_400_000;

export const ALL_BUCKETS: BucketRange = { from: 0, to: BUCKETS };

/** Cuts a range of buckets into ranges of about `idsPerRange` ids each; `ids` are those of all buckets. */
export function cutBuckets(ids: number, idsPerRange: number, { from, to } = ALL_BUCKETS): BucketRange[] {
  const width = to - from;
  const count = Math.min(width, Math.max(1, Math.ceil((ids * width) / BUCKETS / idsPerRange)));
  return Array.from({ length: count }, (_, index) => ({
    from: from + Math.floor((index * width) / count),
    to: from + Math.floor(((index + 1) * width) / count),
  }));
}

/** The fewest buckets that cover all of the given ones, in at most `maxRanges` ranges. */
export function coverBuckets(buckets: readonly number[], maxRanges: number): BucketRange[] {
  const sorted = buckets.toSorted((a, b) => a - b);
  const gaps = sorted
    .slice(1)
    .map((bucket, index) => ({ at: index + 1, size: bucket - (sorted[index] ?? bucket) - 1 }));
  const cuts = gaps
    .filter(({ size }) => size > 0)
    .toSorted((a, b) => b.size - a.size)
    .slice(0, maxRanges - 1)
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  return [0, ...cuts].flatMap((start, index) => {
    const part = sorted.slice(start, cuts[index]);
    const [first, last] = [part[0], part.at(-1)];
    return first === undefined || last === undefined ? [] : [{ from: first, to: last + 1 }];
  });
}

/** Buckets that are worked through in one go, and about how many ids they hold. */
export interface SharedBuckets {
  readonly buckets: readonly BucketRange[];
  readonly ids: number;
}

/** Cuts and groups ranges so that each group holds about `idsPerGroup` ids at most; `ids` are those of all buckets. */
export function shareBuckets(ranges: readonly BucketRange[], ids: number, idsPerGroup: number): SharedBuckets[] {
  const groups: { buckets: BucketRange[]; ids: number }[] = [];
  for (const range of ranges.flatMap((one) => cutBuckets(ids, idsPerGroup, one))) {
    const inRange = Math.ceil((ids * (range.to - range.from)) / BUCKETS);
    const last = groups.at(-1);
    if (last !== undefined && last.ids + inRange <= idsPerGroup) {
      last.buckets.push(range);
      last.ids += inRange;
    } else groups.push({ buckets: [range], ids: inRange });
  }
  return groups;
}
