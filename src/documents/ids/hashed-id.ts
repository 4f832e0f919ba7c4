import { BUCKETS } from '../../sync/bucket-ranges';

/** SQL of the bucket that a document is in, 0 to 1023: the lowest bits of a hash of its id. */
export function bucketOfId(id: string): string {
  return `(hashtextextended(${id}, 0) & ${BUCKETS - 1})`;
}

/** SQL of the highest 32 bits of that hash, signed: sums of them tell whether two sets of ids are the same. */
export function hashOfId(id: string): string {
  return `(hashtextextended(${id}, 0) >> 32)`;
}
