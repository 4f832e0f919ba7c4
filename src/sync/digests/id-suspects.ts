import type { BucketDigest, IdDigest } from './id-digest';

/** Bits of `_id_hash`, a signed integer. */
const HASH_BITS = 32;
const LEAST_HASH = -(2 ** 31);
const MOST_HASH = 2 ** 31 - 1;
/** Cells for each surplus document: so few have two that looking at all their documents costs little. */
const CELLS_PER_SURPLUS = 8;
const LEAST_BITS = 11;
/** As many cells as an answer of Elasticsearch may have. */
const MOST_BITS = 16;

/** Surplus documents of digests, by what tells the hashes of their ids. */
export interface Suspects {
  /** Where one side has one id more, the sums tell its hash. */
  readonly hashes: readonly number[];
  /** Hashes among which there are several, the first and the last of each range. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Buckets in which there are several. */
  readonly buckets: readonly number[];
}

/** Documents more than rows, where there are more. */
export function countSurplus(rows: IdDigest, documents: IdDigest): number {
  let surplus = 0;
  for (const [place, { ids }] of documents) surplus += Math.max(0, ids - (rows.get(place)?.ids ?? 0));
  return surplus;
}

/** Number of lower bits of `_id_hash` that don't tell its cell, for cells that are small enough for so many documents. */
export function cellShift(surplus: number): number {
  const bits = Math.ceil(Math.log2(Math.max(1, surplus) * CELLS_PER_SURPLUS));
  return HASH_BITS - Math.min(MOST_BITS, Math.max(LEAST_BITS, bits));
}

/** Finds those of buckets. */
export function findInBuckets(rows: IdDigest, documents: IdDigest): Suspects {
  return { hashes: findHashes(rows, documents), ranges: [], buckets: findCrowded(rows, documents) };
}

/** Finds those of cells. */
export function findInCells(rows: IdDigest, documents: IdDigest, shift: number): Suspects {
  const width = 2 ** shift;
  const ranges = findCrowded(rows, documents).map((cell) => [cell * width, (cell + 1) * width - 1] as const);
  return { hashes: findHashes(rows, documents), ranges, buckets: [] };
}

/** The hashes that documents have and rows don't, of places where documents are one more than rows. */
function findHashes(rows: IdDigest, documents: IdDigest): number[] {
  return [...documents].flatMap(([place, digest]) => {
    const { ids, sum } = subtract(digest, rows.get(place));
    return ids === 1 && sum >= LEAST_HASH && sum <= MOST_HASH ? [sum] : [];
  });
}

/** Places where documents are several more than rows. */
function findCrowded(rows: IdDigest, documents: IdDigest): number[] {
  return [...documents].flatMap(([place, digest]) => (subtract(digest, rows.get(place)).ids > 1 ? [place] : []));
}

/** A document without a row, by what its fields say of its id. */
export interface SurplusDocument {
  readonly bucket: number;
  readonly hash: number;
}

/**
 * Tells which buckets differ only by these documents: without them the ids are the same on both sides, as far as sums
 * tell. Whatever else differs has to be compared id by id.
 */
export function findExplained(
  differing: readonly number[],
  rows: IdDigest,
  documents: IdDigest,
  surplus: readonly SurplusDocument[],
): ReadonlySet<number> {
  const found = new Map<number, { ids: number; sum: number }>();
  for (const { bucket, hash } of surplus) {
    const { ids, sum } = found.get(bucket) ?? { ids: 0, sum: 0 };
    found.set(bucket, { ids: ids + 1, sum: sum + hash });
  }
  const explained = differing.filter((bucket) => {
    const known = documents.get(bucket);
    const gone = found.get(bucket);
    if (known === undefined || gone === undefined) return false;
    const { ids, sum } = subtract(known, rows.get(bucket));
    return ids === gone.ids && sum === gone.sum;
  });
  return new Set(explained);
}

const NONE: BucketDigest = { ids: 0, sum: 0 };

function subtract(one: BucketDigest, other = NONE): { readonly ids: number; readonly sum: number } {
  return { ids: one.ids - other.ids, sum: one.sum - other.sum };
}
