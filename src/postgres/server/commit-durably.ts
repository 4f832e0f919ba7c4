import { setTimeout as sleep } from 'node:timers/promises';

import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';

/** Makes the log hold the transaction's id, so that its commit waits for the log. Reaches nobody but logical decoding. */
const LOG_SOMETHING = `select pg_logical_emit_message(true, 'pgferry', '')`;

/** Milliseconds beyond the time that PostgreSQL itself names, for a busy machine. */
const MARGIN_MS = 1_000;

/**
 * Takes a transaction id, and returns when the log that names it is on disk: ids up to that one are never given out
 * again, whatever crashes. For servers that don't tell how far their log is.
 */
export async function commitDurably(source: Source, signal?: AbortSignal): Promise<void> {
  const hasWaited = await withTransaction(source, commitAndWait, { signal });
  if (hasWaited) return;
  // A commit that waits for nothing is on disk after three rounds of the WAL writer:
  // https://www.postgresql.org/docs/current/wal-async-commit.html
  const delayMs = await withTransaction(source, takeId, { signal });
  await sleep(3 * delayMs + MARGIN_MS, undefined, { signal });
}

/** Standbys are not waited for: one that is away may keep a commit for ever. */
async function commitAndWait(tx: Transaction): Promise<boolean> {
  await tx.query('set local synchronous_commit = local');
  return 'rows' in (await askIfAllowed(tx, LOG_SOMETHING));
}

/** @returns `wal_writer_delay` */
async function takeId(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ delayMs: number }>(`
    select extract(epoch from current_setting('wal_writer_delay')::interval)::float8 * 1000 as "delayMs",
      txid_current()`);
  return row?.delayMs ?? 0;
}
