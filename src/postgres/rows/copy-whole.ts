import type { BucketRange } from '../../sync/bucket-ranges';
import { isRowError } from '../connection/is-row-error';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions, CopyPiece, LeafRows, QueryRows } from './copy-request';
import { findAmbiguousIds } from './find-ambiguous-ids';
import { findFailingRows } from './find-failing-rows';
import { createPieceBuilder } from './piece-builder';
import { readLeaf } from './read-leaf';
import { copyTransaction, filterOf } from './row-filter';
import { itemExpression } from './row-projection';
import { bucketCondition, fromRowsWithIds, idIsOneOf, wholeTransaction } from './rows-sql';
import { streamValues } from './stream-values';

/** Ids that one statement looks for: its text stays below some megabytes. */
const IDS_PER_STATEMENT = 10_000;

const NOTHING: CopyPiece = { body: { bytes: Buffer.alloc(0), offsets: [] }, oversized: [], unreadable: [] };

/** How a view, a foreign table or a rule is read as a whole. */
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
export async function* copyQuery(source: Source, request: QueryRequest): AsyncGenerator<CopyPiece, void> {
  const { rows, projection, key, buckets, maxAmbiguous: limit } = request;
  const from = `${fromRowsWithIds(rows, projection)} and ${bucketCondition([buckets])}`;
  const read = async function* (tx: Transaction) {
    const ambiguous = await findAmbiguousIds(tx, { from, key, limit });
    yield { ...NOTHING, ambiguous };
    yield* streamPieces(tx, from, request);
  };
  yield* streamTransaction(source, read, wholeTransaction(rows, request.signal));
}

/** A row that can't be rendered is named, and all others are read again without it. */
async function* streamPieces(tx: Transaction, from: string, request: CopyOptions): AsyncGenerator<CopyPiece, void> {
  await tx.query('savepoint pgferry_whole');
  try {
    yield* streamRows(tx, from, request);
  } catch (error) {
    if (!isRowError(error)) throw error;
    await tx.query('rollback to savepoint pgferry_whole');
    const unrendered = await findFailingRows(tx, from, request);
    if (unrendered === undefined) throw error;
    yield { ...NOTHING, restart: true, unrendered };
    yield* streamRows(tx, `${from} and not (${idIsOneOf(unrendered.map(({ id }) => id))})`, request);
  }
}

async function* streamRows(tx: Transaction, from: string, request: CopyOptions): AsyncGenerator<CopyPiece, void> {
  yield* streamValues<CopyPiece>(tx, `select ${itemExpression(request)} ${from}`, (onPiece) =>
    createPieceBuilder(request.targetBytes, onPiece),
  );
}

/** Reads the rows that have one of the ids, in one snapshot; ids without a row are passed over. */
export async function* copyRowsById(
  source: Source,
  request: CopyOptions & { readonly rows: LeafRows | QueryRows; readonly ids: readonly string[] },
): AsyncGenerator<CopyPiece, void> {
  const { rows, ids, projection } = request;
  const conditions = sliceIds(ids).map((slice) => `${idIsOneOf(slice)} and ${filterOf(projection)}`);
  if ('from' in rows) {
    const from = fromRowsWithIds(rows, { id: projection.id });
    yield* copyWhole(
      source,
      { ...request, rows },
      conditions.map((condition) => `${from} and ${condition}`),
    );
    return;
  }
  const read = async function* (tx: Transaction) {
    for (const leaf of rows.leaves) {
      for (const condition of conditions) yield* readLeaf(tx, { relation: rows.relation, leaf, condition }, request);
    }
  };
  yield* streamTransaction(source, read, copyTransaction(request));
}

/** Cuts a list of ids into those that one statement takes. */
export function sliceIds(ids: readonly string[]): (readonly string[])[] {
  const slices = Math.ceil(ids.length / IDS_PER_STATEMENT);
  return Array.from({ length: slices }, (_, i) => ids.slice(i * IDS_PER_STATEMENT, (i + 1) * IDS_PER_STATEMENT));
}

async function* copyWhole(
  source: Source,
  request: CopyOptions & { readonly rows: QueryRows },
  queries: readonly string[],
): AsyncGenerator<CopyPiece, void> {
  const read = async function* (tx: Transaction) {
    for (const from of queries) yield* streamPieces(tx, from, request);
  };
  yield* streamTransaction(source, read, wholeTransaction(request.rows, request.signal));
}
