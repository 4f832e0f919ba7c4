import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece, SharedPiece } from './copy-piece';
import { atPlacesOf } from './leaf-sql';
import { readLeaf } from './read-leaf';
import { readQuery } from './read-query';
import { readingTransaction } from './reading-transaction';
import { idJoin } from './row-projection';
import type { RowSource } from './row-source';
import { filterOf, fromRowsWithIds, type IdCondition, idConditions } from './rows-sql';
import { type SharedKeys, tellShared } from './shared-keys';

/** Rows by their ids. */
export interface ByIdsRequest extends CopyOptions {
  readonly rows: RowSource;
  readonly ids: readonly string[];
  /** Where several rows may share a key: those that do are told instead of read. */
  readonly sharedKeys?: SharedKeys | undefined;
}

/** Reads the rows that have one of the ids, in one snapshot; ids without a row are passed over. */
export async function* copyByIds(source: Source, request: ByIdsRequest): AsyncGenerator<SharedPiece | CopyPiece, void> {
  const { rows, ids, projection, sharedKeys } = request;
  const read = async function* (tx: Transaction) {
    const shared = new Set(yield* tellShared(tx, { rows, identity: projection, scope: { ids }, sharedKeys }));
    const unshared = ids.filter((id) => !shared.has(id));
    for (const condition of idConditions(unshared, request.projection.idKey)) yield* readRows(tx, condition, request);
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}

async function* readRows(
  tx: Transaction,
  { sql, isByKey }: IdCondition,
  request: ByIdsRequest,
): AsyncGenerator<CopyPiece, void> {
  const { rows, projection } = request;
  const condition = `${sql} and ${filterOf(projection)}`;
  if ('from' in rows) {
    yield* readQuery(tx, `${fromRowsWithIds(rows, { id: projection.id })} and ${condition}`, request);
    return;
  }
  const { relation } = rows;
  for (const leaf of rows.leaves) {
    // A leaf is read in the order of the heap, which an index does not keep.
    const inOrder = isByKey ? atPlacesOf(relation, leaf, idJoin(projection.id), condition) : condition;
    yield* readLeaf(tx, { relation, leaf, condition: inOrder }, request);
  }
}
