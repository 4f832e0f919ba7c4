import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { readLeaf } from './read-leaf';
import { readQuery } from './read-query';
import { readingTransaction } from './reading-transaction';
import type { RowSource } from './row-source';
import { filterOf, fromRowsWithIds, idConditions } from './rows-sql';

/** Rows by their ids. */
export interface ByIdsRequest extends CopyOptions {
  readonly rows: RowSource;
  readonly ids: readonly string[];
}

/** Reads the rows that have one of the ids, in one snapshot; ids without a row are passed over. */
export async function* copyByIds(source: Source, request: ByIdsRequest): AsyncGenerator<CopyPiece, void> {
  const { rows, ids, projection } = request;
  const conditions = idConditions(ids).map((condition) => `${condition} and ${filterOf(projection)}`);
  const read = async function* (tx: Transaction) {
    if ('from' in rows) {
      const from = fromRowsWithIds(rows, { id: projection.id });
      for (const condition of conditions) yield* readQuery(tx, `${from} and ${condition}`, request);
      return;
    }
    for (const leaf of rows.leaves) {
      for (const condition of conditions) yield* readLeaf(tx, { relation: rows.relation, leaf, condition }, request);
    }
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}
