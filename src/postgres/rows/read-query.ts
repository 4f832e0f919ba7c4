import { isRowError } from '../connection/is-row-error';
import type { Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { findFailingRows } from './find-failing-rows';
import { createPieceBuilder } from './piece-builder';
import { itemExpression } from './row-projection';
import { idIsOneOf } from './rows-sql';
import { streamValues } from './stream-values';

/**
 * Reads rows as a whole. Where PostgreSQL fails to render some, these are named, and all others are read again.
 * @param from - `from … where …` for rows as `t` with their ids as `k.id`
 */
export async function* readQuery(tx: Transaction, from: string, options: CopyOptions): AsyncGenerator<CopyPiece, void> {
  await tx.query('savepoint pgferry_whole');
  try {
    yield* streamRows(tx, from, options);
  } catch (error) {
    if (!isRowError(error)) throw error;
    await tx.query('rollback to savepoint pgferry_whole');
    const failing = await findFailingRows(tx, from, options);
    if (failing === undefined) throw error;
    yield { kind: 'restart' };
    if (failing.length > 0) yield { kind: 'refused', rows: failing };
    yield* streamRows(tx, `${from} and not (${idIsOneOf(failing.map(({ id }) => id))})`, options);
  }
}

async function* streamRows(tx: Transaction, from: string, options: CopyOptions): AsyncGenerator<CopyPiece, void> {
  yield* streamValues<CopyPiece>(tx, `select ${itemExpression(options)} ${from}`, (onPiece) =>
    createPieceBuilder(options.targetBytes, onPiece),
  );
}
