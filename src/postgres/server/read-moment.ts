import type { SnapshotList } from '../../sync/unseen-transactions';
import type { Transaction } from '../connection/transaction';
import { parseSnapshot } from './read-unseen';

/** A transaction's snapshot, and when it was taken. */
export interface Moment {
  readonly snapshot: SnapshotList;
  /** Microseconds since 1970 by PostgreSQL's clock, before any row is read in it. */
  readonly clock: number;
}

const CLOCK = 'round(extract(epoch from clock_timestamp()) * 1000000)::bigint::text as "clock"';

/** Asks for the snapshot of a repeatable-read transaction: as its first statement, which takes the snapshot. */
export async function readMoment(tx: Transaction): Promise<Moment> {
  // As in PostgreSQL before 13, which later ones still know.
  const [row] = await tx.query<{ snapshot: string; clock: string }>(
    `select txid_current_snapshot()::text as "snapshot", ${CLOCK}`,
  );
  if (row === undefined) throw new Error('PostgreSQL tells no snapshot');
  return { snapshot: parseSnapshot(row.snapshot), clock: Number(row.clock) };
}

const COMMITTED = `
  select t.id::text as "id" from unnest($1::bigint[]) as t (id) where txid_status(t.id) = 'committed'`;

/** Of transactions those that have committed, which snapshots may not see yet. */
export async function listCommitted(tx: Transaction, ids: readonly bigint[]): Promise<readonly bigint[]> {
  if (ids.length === 0) return [];
  const found = await tx.query<{ id: string }>(COMMITTED, [ids.map(String)]);
  return found.map(({ id }) => BigInt(id));
}
