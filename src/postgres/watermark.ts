import { setTimeout as sleep } from 'node:timers/promises';
import { SyncFailure } from '../sync/failures';
import type { Source } from './source';
import { type Transaction, withTransaction } from './transaction';

const POLL_MS = 20;
/** The WAL writer comes by every `wal_writer_delay`, 0.2 s. */
const PATIENCE_MS = 400;
const FLUSH_TIMEOUT_MS = 60_000;

const HORIZON = 'select pg_snapshot_xmin(pg_current_snapshot())::text as "watermark"';
const HORIZON_BEFORE_13 = 'select txid_snapshot_xmin(txid_current_snapshot())::text as "watermark"';
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
        and (pg_current_wal_flush_lsn() - '0/0'::pg_lsn) % current_setting('wal_block_size')::numeric = 0) as "flushed"`;

/**
 * Reads the transaction horizon: every transaction not visible now has an id at or above it. On a primary it waits
 * until the horizon is on disk (0.2 s, usually), so that a crash can't hand out the ids above it a second time.
 * @returns a 64-bit transaction id in decimal digits
 * @throws SyncFailure `SourceUnavailable` when the server writes nothing for a minute
 */
export async function readWatermark(source: Source, signal?: AbortSignal): Promise<string> {
  const { watermark, inserted } = await withTransaction(source, readHorizon, { signal });
  if (inserted === undefined || (await waitForFlush(source, inserted, PATIENCE_MS, signal))) return watermark;
  await withTransaction(source, (tx) => tx.query(COMMIT_SOMETHING), { signal });
  if (await waitForFlush(source, inserted, FLUSH_TIMEOUT_MS, signal)) return watermark;
  const { host, port } = source.settings;
  throw new SyncFailure('SourceUnavailable', `PostgreSQL at ${host}:${port} does not write its log to disk`);
}

/** @returns whether the log reached the disk in time */
async function waitForFlush(
  source: Source,
  inserted: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isFlushed(source, inserted, signal))) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS, undefined, { signal });
  }
  return true;
}

async function readHorizon(tx: Transaction): Promise<{ watermark: string; inserted?: string }> {
  const [server] = await tx.query<{ versionNumber: number; inRecovery: boolean }>(VERSION);
  const [horizon] = await tx.query<{ watermark: string }>(
    (server?.versionNumber ?? 0) >= 130_000 ? HORIZON : HORIZON_BEFORE_13,
  );
  if (horizon === undefined) throw new Error('PostgreSQL tells no transaction horizon');
  if (server?.inRecovery === true) return horizon;
  // After the horizon, in a statement of its own: whatever gave out the ids below it has been logged by then.
  const [wal] = await tx.query<{ inserted: string }>(INSERTED);
  return { ...horizon, ...wal };
}

async function isFlushed(source: Source, inserted: string, signal?: AbortSignal): Promise<boolean> {
  const [wal] = await withTransaction(source, (tx) => tx.query<{ flushed: boolean }>(FLUSHED, [inserted]), { signal });
  return wal?.flushed === true;
}

/**
 * SQL predicate over `t`: the row was written by a transaction at or above the watermark. Needs a transaction whose
 * snapshot is its first, as repeatable read has it: `age()` counts from where the transaction began. The watermark
 * must be less than 2^31 transactions old. A frozen row can have a negative age.
 */
export function changedSince(watermark: string): string {
  const shortId = BigInt.asUintN(32, BigInt(watermark)).toString();
  return `age(t.xmin) between 0 and age('${shortId}'::xid)`;
}

/** Tells whether any transaction at or above the watermark is visible; if not, no row changed since, in any table. */
export async function hasChangesSince(tx: Transaction, watermark: string): Promise<boolean> {
  const [row] = await tx.query<{ changed: boolean }>(
    'select txid_snapshot_xmax(txid_current_snapshot()) > $1::bigint as "changed"',
    [watermark],
  );
  return row?.changed === true;
}
