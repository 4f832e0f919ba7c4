import type { IdRange, Since } from '../../sync/unseen-transactions';
import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';

/**
 * SQL predicate over a row: it was written by a transaction that a moment did not see. Needs a transaction whose
 * snapshot is its first, as repeatable read has it: `age()` counts from where the transaction began. The moment
 * must be less than 2^31 transactions old. A frozen row can have a negative age.
 * @param row - its alias
 */
export function changedSince({ watermark, unseen }: Since, row = 't'): string {
  const age = `age(${row}.xmin)`;
  if (unseen === undefined) return `${age} between 0 and ${ageOf(watermark)}`;
  const isLater = `${age} between 0 and ${ageOf(unseen.next)}`;
  if (unseen.open.length === 0) return isLater;
  const isWithin = ([first, last]: IdRange) => `${age} between ${ageOf(last)} and ${ageOf(first)}`;
  return `(${[isLater, ...unseen.open.map(isWithin)].join(' or ')})`;
}

function ageOf(id: string): string {
  return `age('${BigInt.asUintN(32, BigInt(id)).toString()}'::xid)`;
}

/**
 * Tells whether a snapshot sees a transaction that a moment did not see; if not, no row changed since, in any table.
 */
export async function hasChangesSince(tx: Transaction, { watermark, unseen }: Since): Promise<boolean> {
  const [row] = await tx.query<{ changed: boolean }>(
    'select txid_snapshot_xmax(txid_current_snapshot()) > $1::bigint as "changed"',
    [unseen?.next ?? watermark],
  );
  if (row?.changed === true) return true;
  for (const range of unseen?.open ?? []) {
    // Asked after the snapshot: it does not see what has not ended by now.
    const told = await askIfAllowed<{ ended: boolean }>(tx, HAS_ENDED, range);
    if (!('rows' in told) || told.rows[0]?.ended !== false) return true;
  }
  return false;
}

/** {@link hasChangesSince}, in a transaction of its own. */
export function hasChangedSince(source: Source, since: Since): Promise<boolean> {
  return withTransaction(source, (tx) => hasChangesSince(tx, since));
}

const HAS_ENDED = `
  select exists (select from generate_series($1::bigint, $2::bigint) as i (id)
    where txid_status(i.id) is distinct from 'in progress') as "ended"`;
