import { setTimeout as sleep } from 'node:timers/promises';

import { SyncFailure } from '../../sync/failures';
import type { UnseenTransactions } from '../../sync/unseen-transactions';
import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { commitDurably } from './commit-durably';
import { parseSnapshot, readUnseen } from './read-unseen';

const POLL_MS = 20;
/** The WAL writer comes by every `wal_writer_delay`, 0.2 s. */
const PATIENCE_MS = 400;
const FLUSH_TIMEOUT_MS = 60_000;

/** Microseconds since 1970 of this moment, not of the beginning of the transaction. */
const CLOCK = 'round(extract(epoch from clock_timestamp()) * 1000000)::bigint::text as "clock"';
const HORIZON = `select pg_current_snapshot()::text as "snapshot", ${CLOCK}`;
const HORIZON_BEFORE_13 = `select txid_current_snapshot()::text as "snapshot", ${CLOCK}`;
const VERSION = `
  select current_setting('server_version_num')::integer as "versionNumber", pg_is_in_recovery() as "inRecovery"`;
const INSERTED = 'select pg_current_wal_insert_lsn()::text as "inserted"';

/**
 * The WAL writer writes a page that is not full only up to the last commit. Where others have transactions open and
 * none commits, that can take 15 s; committing a transaction that has an id, even a read-only one, makes it hurry.
 */
const COMMIT_SOMETHING = 'select txid_current()';

/**
 * Where a page of WAL just ended, the insert position already counts the header of the next one (40 bytes at most),
 * which is not written before a record follows.
 */
const FLUSHED = `
  select pg_current_wal_flush_lsn() >= $1::pg_lsn
    or ($1::pg_lsn - pg_current_wal_flush_lsn() <= 40
        and (pg_current_wal_flush_lsn() - '0/0'::pg_lsn) % current_setting('wal_block_size')::numeric = 0)
      as "flushed"`;

/** As PostgreSQL prints it: `16/B374D848`. */
type WalPosition = `${string}/${string}`;

/** The transaction horizon of a moment, and that moment. */
export interface Horizon {
  /** A 64-bit transaction id in decimal digits: every transaction not visible at that moment has an id at or above it. */
  readonly watermark: string;
  /** Of the ids at or above the watermark those that were not visible. Absent: all, or the server does not tell. */
  readonly unseen?: UnseenTransactions;
  /** Microseconds since 1970 by PostgreSQL's clock, after the horizon and before any row that is read by it. */
  readonly clock: number;
  /**
   * WAL position that must be on disk before the watermark can be relied on; `untold` where the server keeps it to itself.
   * Absent on a standby.
   */
  readonly inserted?: WalPosition | 'untold';
}

/** Reads the transaction horizon. Only after {@link untilFlushed} can it be relied on. */
export function readHorizon(source: Source, signal?: AbortSignal): Promise<Horizon> {
  return withTransaction(source, readHorizonNow, { signal });
}

/**
 * Waits until the log up to a horizon is on disk (0.2 s, usually), so that a crash of PostgreSQL can't hand out the ids
 * above it a second time. A server that does not tell has to make a commit wait for it.
 * @throws SyncFailure `SourceUnavailable` when the server writes nothing for a minute
 */
export async function untilFlushed(source: Source, { inserted }: Horizon, signal?: AbortSignal): Promise<void> {
  if (inserted === undefined) return;
  const soon = inserted === 'untold' ? 'untold' : await waitForFlush(source, inserted, PATIENCE_MS, signal);
  if (soon === 'flushed') return;
  if (inserted === 'untold' || soon === 'untold') return commitDurably(source, signal);
  await withTransaction(source, (tx) => tx.query(COMMIT_SOMETHING), { signal });
  if ((await waitForFlush(source, inserted, FLUSH_TIMEOUT_MS, signal)) === 'flushed') return;
  const { host, port } = source.settings;
  throw new SyncFailure('SourceUnavailable', `PostgreSQL at ${host}:${port} does not write its log to disk`);
}

/** Whether the log reached the disk in time, where the server tells. */
type Flush = 'flushed' | 'not yet' | 'untold';

async function waitForFlush(
  source: Source,
  inserted: WalPosition,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Flush> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const flush = await askForFlush(source, inserted, signal);
    if (flush !== 'not yet' || Date.now() > deadline) return flush;
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function readHorizonNow(tx: Transaction): Promise<Horizon> {
  const [server] = await tx.query<{ versionNumber: number; inRecovery: boolean }>(VERSION);
  const [row] = await tx.query<{ snapshot: string; clock: string }>(
    (server?.versionNumber ?? 0) >= 130_000 ? HORIZON : HORIZON_BEFORE_13,
  );
  if (row === undefined) throw new Error('PostgreSQL tells no transaction horizon');
  const snapshot = parseSnapshot(row.snapshot);
  const horizon = { watermark: snapshot.watermark.toString(), clock: Number(row.clock) };
  if (server?.inRecovery === true) return horizon;
  const unseen = await readUnseen(tx, snapshot);
  // After the horizon, in a statement of its own: whatever gave out the ids below it has been logged by then.
  const wal = await askIfAllowed<{ inserted: WalPosition }>(tx, INSERTED);
  const inserted = 'rows' in wal ? (wal.rows[0]?.inserted ?? 'untold') : 'untold';
  return { ...horizon, ...(unseen === undefined ? {} : { unseen }), inserted };
}

async function askForFlush(source: Source, inserted: WalPosition, signal?: AbortSignal): Promise<Flush> {
  const ask = (tx: Transaction) => askIfAllowed<{ flushed: boolean }>(tx, FLUSHED, [inserted]);
  const wal = await withTransaction(source, ask, { signal });
  if (!('rows' in wal)) return 'untold';
  return wal.rows[0]?.flushed === true ? 'flushed' : 'not yet';
}
