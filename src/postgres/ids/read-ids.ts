import type { BucketRange } from '../../sync/bucket-ranges';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction, withTransaction } from '../connection/transaction';
import { collectTexts } from '../rows/collect-texts';
import { readingTransaction } from '../rows/reading-transaction';
import type { RowSource } from '../rows/row-source';
import { bucketCondition, fromRows, fromRowsWithIds, idConditions, type RowIdentity } from '../rows/rows-sql';
import { streamValues } from '../rows/stream-values';

/** Rows, and how their ids come about. */
export interface IdRequest extends RowIdentity {
  readonly rows: RowSource;
  readonly signal?: AbortSignal;
}

/** Reads the ids of all rows in the buckets, in one snapshot and no order, some thousands at a time. */
export async function* readIds(
  source: Source,
  request: IdRequest & { readonly buckets: readonly BucketRange[] },
): AsyncGenerator<readonly string[], void> {
  const query = `select k."id" ${fromRowsWithIds(request.rows, request)} and ${bucketCondition(request.buckets)}`;
  const read = (tx: Transaction) => streamValues(tx, query, collectTexts);
  yield* streamTransaction(source, read, readingTransaction(request));
}

/** Counts the ids of rows, in one snapshot: rows that share one count once. */
export async function countIds(source: Source, request: IdRequest): Promise<number> {
  const query = `select count(distinct k."id")::text as "rows" ${fromRowsWithIds(request.rows, request)}`;
  const count = (tx: Transaction) => tx.query<{ rows: string }>(query);
  const [counted] = await withTransaction(source, count, readingTransaction(request));
  return Number(counted?.rows);
}

/** Counts rows, in one snapshot. */
export async function countRows(source: Source, request: Omit<IdRequest, 'id'>): Promise<number> {
  const query = `select count(*)::text as "rows" ${fromRows(request.rows, request)}`;
  const count = (tx: Transaction) => tx.query<{ rows: string }>(query);
  const [counted] = await withTransaction(source, count, readingTransaction(request));
  return Number(counted?.rows);
}

/** Tells which of the ids belong to a row right now. */
export async function findExisting(
  source: Source,
  request: IdRequest & { readonly ids: readonly string[] },
): Promise<ReadonlySet<string>> {
  const from = fromRowsWithIds(request.rows, request);
  const found = new Set<string>();
  const read = async (tx: Transaction) => {
    for (const { sql } of idConditions(request.ids, request.idKey)) {
      const query = `select k."id" ${from} and ${sql}`;
      for await (const batch of streamValues(tx, query, collectTexts)) for (const id of batch) found.add(id);
    }
  };
  await withTransaction(source, read, readingTransaction(request));
  return found;
}
