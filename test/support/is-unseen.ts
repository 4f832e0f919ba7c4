import type { Since } from '../../src/sync/unseen-transactions';

/** Whether rows of a transaction are to be read: the condition that `changedSince` puts into SQL. */
export function isUnseen(transaction: bigint, { watermark, unseen }: Since): boolean {
  if (unseen === undefined) return transaction >= BigInt(watermark);
  if (transaction >= BigInt(unseen.next)) return true;
  return unseen.open.some(([first, last]) => transaction >= BigInt(first) && transaction <= BigInt(last));
}
