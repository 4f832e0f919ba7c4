import type { Leaf } from '../../sync/relation';
import type { Since } from '../../sync/unseen-transactions';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import { changedSince } from '../server/changed-since';
import type { CopyOptions } from './copy-options';
import type { CopyPiece, SharedPiece } from './copy-piece';
import { coverBlocks } from './cover-blocks';
import { checkLeaf } from './lock-tables';
import { readLeaf } from './read-leaf';
import { readingTransaction } from './reading-transaction';
import type { BlockRange, ExpectedRelation, LeafRows } from './row-source';
import { filterOf, idIsNoneOf } from './rows-sql';
import { type SharedKeys, tellShared } from './shared-keys';

/** A chunk: some blocks of one leaf. */
export interface ChunkRequest extends CopyOptions {
  readonly relation: ExpectedRelation;
  readonly leaf: Leaf;
  readonly range: BlockRange;
  /** Only rows that changed since are read. */
  readonly changedSince?: Since;
  /** Only rows that did not change since are read: a later pass reads the others. */
  readonly unchangedSince?: Since;
  /** Ids whose rows are left out. Absent: none. */
  readonly without?: readonly string[];
}

/**
 * Reads a chunk in a short transaction of its own. Rows come in the order of the heap.
 * @throws SyncFailure `SourceChanged` before any piece when leaf or relation are not what the plan says any more.
 */
export async function* copyRows(source: Source, request: ChunkRequest): AsyncGenerator<CopyPiece, void> {
  const { relation, leaf, range, projection, unchangedSince, without = [] } = request;
  const filters = [
    filterOf(projection),
    ...(request.changedSince === undefined ? [] : [changedSince(request.changedSince)]),
    ...(unchangedSince === undefined ? [] : [`not (${changedSince(unchangedSince)})`]),
    idIsNoneOf(without),
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

/** Rows of all leaves that changed since a moment. */
export interface ChangesRequest extends CopyOptions, LeafRows {
  readonly since: Since;
  /** Where rows of several leaves may share a key: those that do are told instead of read. */
  readonly sharedKeys?: SharedKeys | undefined;
}

/**
 * Reads the rows of all leaves that changed since a moment, in one snapshot.
 * @throws SyncFailure `SourceChanged` as {@link copyRows} does.
 */
export async function* copyChangedRows(
  source: Source,
  request: ChangesRequest,
): AsyncGenerator<SharedPiece | CopyPiece, void> {
  const { relation, leaves, projection, since, sharedKeys } = request;
  const read = async function* (tx: Transaction) {
    const scope = { changedSince: since };
    const shared = yield* tellShared(tx, { rows: request, identity: projection, scope, sharedKeys });
    const condition = `${changedSince(since)} and ${filterOf(projection)} and ${idIsNoneOf(shared)}`;
    for (const leaf of leaves) {
      await checkLeaf(tx, relation, leaf);
      yield* readLeaf(tx, { relation, leaf, condition }, request);
    }
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}
