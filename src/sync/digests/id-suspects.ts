import type { BucketDigest, IdDigest } from './id-digest';

const LEAST_HASH = -(2 ** 31);
const MOST_HASH = 2 ** 31 - 1;

/** Lower bits of `_id_hash`, of 32, that don't tell its cell: as many cells as an answer of Elasticsearch may have, 65,536. */
export const CELL_SHIFT = 16;

/** Surplus documents of digests, by what tells the hashes of their ids. */
export interface Suspects {
  /** Where one side has one id more, the sums tell its hash. */
  readonly hashes: readonly number[];
  /** Hashes among which there are several, the first and the last of each range. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Buckets in which there are several. */
  readonly buckets: readonly number[];
  /** Documents that have one of these hashes, or are in one of these places, at the most but for equal hashes. */
  readonly documents: number;
}

/** Documents more than rows, where there are more. */
export function countSurplus(rows: IdDigest, documents: IdDigest): number {
  let surplus = 0;
  for (const [place, { ids }] of documents) surplus += Math.max(0, ids - (rows.get(place)?.ids ?? 0));
  return surplus;
}

/** Finds those of buckets. */
export function findInBuckets(rows: IdDigest, documents: IdDigest): Suspects {
  const [hashes, buckets] = [findHashes(rows, documents), findCrowded(rows, documents)];
  return { hashes, ranges: [], buckets, documents: hashes.length + countIn(documents, buckets) };
}

/** Finds those of cells. */
export function findInCells(rows: IdDigest, documents: IdDigest, shift: number): Suspects {
  const width = 2 ** shift;
  const [hashes, cells] = [findHashes(rows, documents), findCrowded(rows, documents)];
  const ranges = cells.map((cell) => [cell * width, (cell + 1) * width - 1] as const);
  return { hashes, ranges, buckets: [], documents: hashes.length + countIn(documents, cells) };
}

function countIn(documents: IdDigest, places: readonly number[]): number {
  return places.reduce((sum, place) => sum + (documents.get(place)?.ids ?? 0), 0);
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
