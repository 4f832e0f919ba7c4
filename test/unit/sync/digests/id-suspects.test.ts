import fc from 'fast-check';

import { type BucketDigest, differingBuckets, type IdDigest } from '../../../../src/sync/digests/id-digest';
import {
  countSurplus,
  findExplained,
  findInBuckets,
  findInCells,
  type SurplusDocument,
} from '../../../../src/sync/digests/id-suspects';
import { fuzzing } from '../../../support/fuzz';

const id = fc.record({ bucket: fc.nat(20), hash: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) });

function digest(ids: readonly SurplusDocument[], placeOf: (of: SurplusDocument) => number): IdDigest {
  const places = new Map<number, BucketDigest>();
  for (const one of ids) {
    const place = placeOf(one);
    const { ids: count, sum } = places.get(place) ?? { ids: 0, sum: 0 };
    places.set(place, { ids: count + 1, sum: sum + one.hash });
  }
  return places;
}

const byBucket = (ids: readonly SurplusDocument[]) => digest(ids, ({ bucket }) => bucket);

test('documents without rows, and nothing else, are all among the suspects, and explain every difference', () => {
  fc.assert(
    fc.property(fc.array(id), fc.array(id), fc.integer({ min: 16, max: 31 }), (rows, stale, shift) => {
      const documents = [...rows, ...stale];
      const byCell = (ids: readonly SurplusDocument[]) => digest(ids, ({ hash }) => hash >> shift);
      const { hashes, ranges } = findInCells(byCell(rows), byCell(documents), shift);
      const isSuspect = ({ hash }: SurplusDocument) =>
        hashes.includes(hash) || ranges.some(([from, to]) => from <= hash && hash <= to);
      expect(stale.every(isSuspect)).toBe(true);
      const inBuckets = findInBuckets(byBucket(rows), byBucket(documents));
      const isFound = ({ hash, bucket }: SurplusDocument) =>
        inBuckets.hashes.includes(hash) || inBuckets.buckets.includes(bucket);
      expect(stale.every(isFound)).toBe(true);
      expect(countSurplus(byBucket(rows), byBucket(documents))).toBe(stale.length);
      const differing = differingBuckets(byBucket(rows), byBucket(documents));
      expect([...findExplained(differing, byBucket(rows), byBucket(documents), stale)].sort()).toEqual(
        differing.sort(),
      );
    }),
    fuzzing('suspects'),
  );
});

test('a bucket that lacks a document as well, or of which one was not found, is not explained', () => {
  fc.assert(
    fc.property(fc.array(id), fc.array(id, { minLength: 1 }), id, (rows, stale, missing) => {
      const documents = byBucket([...rows, ...stale]);
      const lacking = byBucket([...rows, missing]);
      const differing = differingBuckets(lacking, documents);
      expect(findExplained(differing, lacking, documents, stale).has(missing.bucket)).toBe(false);
      const [first, ...others] = stale;
      const all = differingBuckets(byBucket(rows), documents);
      expect(findExplained(all, byBucket(rows), documents, others).has(first?.bucket ?? NaN)).toBe(false);
    }),
    fuzzing('unexplained buckets'),
  );
});
