import type { Leaf } from '../../sync/relation';
import type { Since } from '../../sync/unseen-transactions';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import { changedSince } from '../server/changed-since';
import { checkLeaf } from './check-leaf';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { coverBlocks } from './cover-blocks';
import { readLeaf } from './read-leaf';
import { readingTransaction } from './reading-transaction';
import type { BlockRange, ExpectedRelation, LeafRows } from './row-source';
import { filterOf } from './rows-sql';

/** A chunk: some blocks of one leaf. */
export interface ChunkRequest extends CopyOptions {
  readonly relation: ExpectedRelation;
  readonly leaf: Leaf;
  readonly range: BlockRange;
  /** Only rows that changed since are read. */
  readonly changedSince?: Since;
}

/**
 * Reads a chunk in a short transaction of its own. Rows come in the order of the heap.
 * @throws SyncFailure `SourceChanged` before any piece when leaf or relation are not what the plan says any more.
 */
export async function* copyRows(source: Source, request: ChunkRequest): AsyncGenerator<CopyPiece, void> {
  const { relation, leaf, range, projection } = request;
  const filters = [
    filterOf(projection),
    ...(request.changedSince === undefined ? [] : [changedSince(request.changedSince)]),
  ];
  const read = async function* (tx: Transaction) {
    const now = await checkLeaf(tx, relation, leaf);
    // A TID scan touches the chunk's blocks alone, in their order; a sequential one the whole table.
    await tx.query('set local enable_seqscan = off');
    for (const blocks of coverBlocks(range, now)) {
      yield* readLeaf(tx, { relation, leaf, condition: [blocks, ...filters].join(' and ') }, request);
    }
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}

/**
 * Reads the rows of all leaves that changed since a moment, in one snapshot.
 * @throws SyncFailure `SourceChanged` as {@link copyRows} does.
 */
export async function* copyChangedRows(
  source: Source,
  request: CopyOptions & LeafRows & { readonly since: Since },
): AsyncGenerator<CopyPiece, void> {
  const { relation, leaves, projection, since } = request;
  const condition = `${changedSince(since)} and ${filterOf(projection)}`;
  const read = async function* (tx: Transaction) {
    for (const leaf of leaves) {
      await checkLeaf(tx, relation, leaf);
      yield* readLeaf(tx, { relation, leaf, condition }, request);
    }
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}
