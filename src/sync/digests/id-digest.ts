/** The number of ids in a bucket, and the sum of their hashes. */
export interface BucketDigest {
  readonly ids: number;
  /** Of 32-bit integers: exact for up to two million ids a bucket. NaN, which equals nothing, where it can't be told. */
  readonly sum: number;
  /** Rows of other tables in their documents. Absent: none, or nobody asked. */
  readonly rows?: RowsDigest;
}

/** Rows of other tables in some documents. */
export interface RowsDigest {
  readonly count: number;
  /** Sum of the hashes of their keys, modulo 2^32. */
  readonly hash: number;
}

/** Sums of rows' hashes are taken modulo this: over two million documents they stay exact in Elasticsearch. */
export const HASH_MODULUS = 2 ** 32;

const NO_ROWS: RowsDigest = { count: 0, hash: 0 };

/** Digest of a set of ids, by bucket; empty buckets are left out. */
export type IdDigest = ReadonlyMap<number, BucketDigest>;

/**
 * Buckets whose ids are not the same on both sides, or the rows in their documents. Where one side lacks an id and has
 * another in its place, a bucket looks the same by chance once in 2^32.
 */
export function differingBuckets(left: IdDigest, right: IdDigest): number[] {
  return [...new Set([...left.keys(), ...right.keys()])].filter((bucket) => {
    const [one, other] = [left.get(bucket), right.get(bucket)];
    return one?.ids !== other?.ids || one?.sum !== other?.sum || !haveSameRows(one?.rows, other?.rows);
  });
}

function haveSameRows(one = NO_ROWS, other = NO_ROWS): boolean {
  return one.count === other.count && one.hash === other.hash;
}

/** Ids of all buckets. */
export function countDigested(digest: IdDigest): number {
  return [...digest.values()].reduce((total, { ids }) => total + ids, 0);
}
