import { findUnseen, type TransactionReadings, type UnseenTransactions } from '../../sync/unseen-transactions';
import { askIfAllowed } from '../connection/ask-if-allowed';
import type { Transaction } from '../connection/transaction';

/** Ids that the log is asked about: some 4 million a second. Behind more of them the watermark has to do. */
const MOST_IDS = 4_000_000n;

const NOT_ENDED = `
  select i.id::text as "id" from generate_series($1::bigint, $2::bigint - 1) as i (id)
  where txid_status(i.id) = 'in progress' order by i.id`;

/** `xmin:xmax:xip,…` of a primary's snapshot: a standby's lists nothing, whatever is in progress. */
export type Snapshot = Omit<TransactionReadings, 'open'>;

/** @param text - as PostgreSQL prints it */
export function parseSnapshot(text: string): Snapshot {
  const [watermark = '', next = '', list = ''] = text.split(':');
  const running = list.split(',').filter((id) => id !== '');
  return { watermark: BigInt(watermark), next: BigInt(next), running: running.map(BigInt) };
}

/**
 * Tells which transactions the snapshot of a primary does not see, by asking the log after it was taken. Ids of open
 * subtransactions are found too, which neither the snapshot's list nor `pg_locks` names.
 * @returns undefined where that is no more than the watermark says, or the server does not tell
 */
export async function readUnseen(tx: Transaction, snapshot: Snapshot): Promise<UnseenTransactions | undefined> {
  const { watermark, next } = snapshot;
  if (watermark >= next || next - watermark > MOST_IDS) return undefined;
  const told = await askIfAllowed<{ id: string }>(tx, NOT_ENDED, [watermark.toString(), next.toString()]);
  return 'rows' in told ? findUnseen({ ...snapshot, open: told.rows.map(({ id }) => BigInt(id)) }) : undefined;
}
