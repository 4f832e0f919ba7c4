import type { BucketRange } from '../../sync/bucket-ranges';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { readLeaf } from './read-leaf';
import { readingTransaction } from './reading-transaction';
import type { LeafRows } from './row-source';
import { bucketCondition, filterOf } from './rows-sql';

/** Reads the rows in the buckets, of all leaves, in one snapshot. */
export async function* copyBuckets(
  source: Source,
  request: CopyOptions & { readonly rows: LeafRows; readonly buckets: BucketRange },
): AsyncGenerator<CopyPiece, void> {
  const { rows, projection, buckets } = request;
  const condition = `${bucketCondition([buckets])} and ${filterOf(projection)}`;
  const read = async function* (tx: Transaction) {
    for (const leaf of rows.leaves) yield* readLeaf(tx, { relation: rows.relation, leaf, condition }, request);
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}
