import type { BucketRange } from '../../sync/bucket-ranges';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { AmbiguousPiece, CopyPiece } from './copy-piece';
import { readQuery } from './read-query';
import { readingTransaction } from './reading-transaction';
import type { QueryRows } from './row-source';
import { bucketCondition, fromRowsWithIds } from './rows-sql';
import { findAmbiguousIds } from './shared-keys';

/** Request to read a view, a foreign table or a rule as a whole. */
export interface QueryRequest extends CopyOptions {
  readonly rows: QueryRows;
  /** The columns of the key. */
  readonly key: readonly string[];
  readonly buckets: BucketRange;
  /** Ambiguous ids to name at most. */
  readonly maxAmbiguous: number;
}

/**
 * Reads a view, a foreign table or a rule, in one snapshot. The first piece names the ids that must not become
 * documents.
 * @throws SyncFailure `InvalidRule` where a rule's query fails, and not just on some rows
 */
export async function* copyQuery(
  source: Source,
  request: QueryRequest,
): AsyncGenerator<AmbiguousPiece | CopyPiece, void> {
  const { rows, projection, key, buckets, maxAmbiguous: limit } = request;
  const from = `${fromRowsWithIds(rows, projection)} and ${bucketCondition([buckets])}`;
  const read = async function* (tx: Transaction): AsyncGenerator<AmbiguousPiece | CopyPiece, void> {
    yield { kind: 'ambiguous', ids: await findAmbiguousIds(tx, { from, key, limit }) };
    yield* readQuery(tx, from, request);
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}
