import fc from 'fast-check';

import { ALL_BUCKETS, BUCKETS, coverBuckets, cutBuckets, shareBuckets } from '../../../../src/sync/bucket-ranges';
import { type BucketDigest, countDigested, differingBuckets } from '../../../../src/sync/digests/id-digest';
import { fuzzing } from '../../../support/fuzz';

const bucket = fc.integer({ min: 0, max: BUCKETS - 1 });

const digestOf = (...entries: [number, BucketDigest][]) => new Map(entries);

describe('the digest of ids', () => {
  test('names buckets whose number or sum of ids differs, and those that only one side has', () => {
    const left = digestOf([1, { ids: 2, sum: 7 }], [2, { ids: 2, sum: 7 }], [3, { ids: 1, sum: 1 }]);
    const right = digestOf([1, { ids: 2, sum: 7 }], [2, { ids: 2, sum: 8 }], [4, { ids: 1, sum: 1 }]);
    expect(differingBuckets(left, right)).toEqual([2, 3, 4]);
    expect(differingBuckets(left, left)).toEqual([]);
    expect(countDigested(left)).toBe(5);
  });

  test('takes what can’t be told for different, also from itself', () => {
    const unknown = digestOf([9, { ids: 1, sum: NaN }]);
    expect(differingBuckets(unknown, unknown)).toEqual([9]);
  });
});

describe('ranges of buckets', () => {
  test('cover exactly what they are to cover, in order, within the number that was allowed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(bucket), fc.integer({ min: 1, max: 20 }), (buckets, maxRanges) => {
        const ranges = coverBuckets(buckets, maxRanges);
        expect(ranges.length).toBeLessThanOrEqual(maxRanges);
        for (const one of buckets) expect(ranges.filter(({ from, to }) => from <= one && one < to)).toHaveLength(1);
        for (const { from, to } of ranges) expect(buckets).toEqual(expect.arrayContaining([from, to - 1]));
        const ends = ranges.flatMap(({ from, to }) => [from, to]);
        expect(ends).toEqual(ends.toSorted((a, b) => a - b));
      }),
      fuzzing('covering buckets', 2_000),
    );
  });

  test('leave out the widest gaps', () => {
    expect(coverBuckets([1, 2, 10, 500, 502, 900], 3)).toEqual([
      { from: 1, to: 11 },
      { from: 500, to: 503 },
      { from: 900, to: 901 },
    ]);
    expect(coverBuckets([900, 1], 1)).toEqual([{ from: 1, to: 901 }]);
    expect(coverBuckets([], 5)).toEqual([]);
  });

  test('are cut into pieces of about the same number of ids, without a gap', () => {
    expect(cutBuckets(1_000, 400)).toEqual([
      { from: 0, to: 341 },
      { from: 341, to: 682 },
      { from: 682, to: 1_024 },
    ]);
    expect(cutBuckets(1_000, 400, { from: 512, to: 1_024 })).toEqual([
      { from: 512, to: 768 },
      { from: 768, to: 1_024 },
    ]);
    expect(cutBuckets(1_000_000, 1, { from: 3, to: 5 })).toEqual([
      { from: 3, to: 4 },
      { from: 4, to: 5 },
    ]);
    expect(cutBuckets(0, 400)).toEqual([{ from: 0, to: BUCKETS }]);
  });

  test('are grouped by the ids that they hold', () => {
    const ranges = [
      { from: 0, to: 1 },
      { from: 8, to: 9 },
      { from: 512, to: 1_024 },
    ];
    expect(shareBuckets(ranges, 1_024, 400)).toEqual([
      { buckets: [...ranges.slice(0, 2), { from: 512, to: 768 }], ids: 258 },
      { buckets: [{ from: 768, to: 1_024 }], ids: 256 },
    ]);
    expect(shareBuckets([ALL_BUCKETS], 0, 400)).toEqual([{ buckets: [ALL_BUCKETS], ids: 0 }]);
    expect(shareBuckets([], 1_000, 400)).toEqual([]);
  });
});
