import type { Leaf } from '../../sync/relation';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { atPlaces } from './leaf-sql';
import { readLeaf } from './read-leaf';
import { readingTransaction } from './reading-transaction';
import type { ExpectedRelation } from './row-source';
import { filterOf } from './rows-sql';

/** Rows of one leaf by where they are: for those whose id can't be read. */
export interface PlacesRequest extends CopyOptions {
  readonly relation: ExpectedRelation;
  readonly leaf: Leaf;
  /** `(block,item)` */
  readonly ctids: readonly string[];
}

/** Reads the rows at some places; places without a row are passed over. */
export async function* copyPlaces(source: Source, request: PlacesRequest): AsyncGenerator<CopyPiece, void> {
  const { relation, leaf, ctids, projection } = request;
  const condition = `${atPlaces(ctids)} and ${filterOf(projection)}`;
  const read = (tx: Transaction) => readLeaf(tx, { relation, leaf, condition }, request);
  yield* streamTransaction(source, read, readingTransaction(request));
}
