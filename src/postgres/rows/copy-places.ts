import type { Leaf } from '../../sync/relation';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions, CopyPiece, PlannedRelation } from './copy-request';
import { atPlaces } from './leaf-sql';
import { readLeaf } from './read-leaf';
import { copyTransaction, filterOf } from './row-filter';

/** Rows of one leaf by where they are: for those whose id can't be read. */
export interface PlacesRequest extends CopyOptions {
  readonly relation: PlannedRelation;
  readonly leaf: Leaf;
  /** `(block,item)` */
  readonly ctids: readonly string[];
}

/** Reads the rows at some places; places without a row are passed over. */
export async function* copyPlaces(source: Source, request: PlacesRequest): AsyncGenerator<CopyPiece, void> {
  const { relation, leaf, ctids, projection } = request;
  const condition = `${atPlaces(ctids)} and ${filterOf(projection)}`;
  const read = (tx: Transaction) => readLeaf(tx, { relation, leaf, condition }, request);
  yield* streamTransaction(source, read, copyTransaction(request));
}
