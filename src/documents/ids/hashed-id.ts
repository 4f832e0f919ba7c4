import { BUCKETS } from '../../sync/bucket-ranges';

/** SQL of the hash of an id, 64 bits: what tells its bucket, and its {@link highBits}. */
export function hashOf(id: string): string {
  return `hashtextextended(${id}, 0)`;
}

/** SQL of the bucket that a document is in, 0 to 1023: the lowest bits of its id's hash. */
export function bucketOfHash(hash: string): string {
  return `(${hash} & ${BUCKETS - 1})`;
}

/** SQL of the highest 32 bits of a hash, signed: sums of them tell whether two sets of ids are the same. */
export function highBits(hash: string): string {
  return `(${hash} >> 32)`;
}

/** {@link bucketOfHash} of an id. */
export function bucketOfId(id: string): string {
  return bucketOfHash(hashOf(id));
}

/** {@link highBits} of an id's hash: a document's `_id_hash`. */
export function hashOfId(id: string): string {
  return highBits(hashOf(id));
}
