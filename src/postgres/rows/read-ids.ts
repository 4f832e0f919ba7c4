import type { BucketRange } from '../../sync/bucket-ranges';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction, withTransaction } from '../connection/transaction';
import { collectTexts } from './collect-texts';
import type { LeafRows, QueryRows } from './copy-request';
import { sliceIds } from './copy-whole';
import { bucketCondition, fromRows, fromRowsWithIds, idIsOneOf, type RowIdentity, wholeTransaction } from './rows-sql';
import { streamValues } from './stream-values';

/** Rows, and how their ids come about. */
export interface IdRequest extends RowIdentity {
  readonly rows: LeafRows | QueryRows;
  readonly signal?: AbortSignal;
}

/** Reads the ids of all rows in the buckets, in one snapshot and no order, some thousands at a time. */
export async function* readIds(
  source: Source,
  request: IdRequest & { readonly buckets: readonly BucketRange[] },
): AsyncGenerator<readonly string[], void> {
  const query = `select k."id" ${fromRowsWithIds(request.rows, request)} and ${bucketCondition(request.buckets)}`;
  const read = (tx: Transaction) => streamValues(tx, query, collectTexts);
  yield* streamTransaction(source, read, wholeTransaction(request.rows, request.signal));
}

/** Counts the ids of rows, in one snapshot: rows that share one count once. */
export async function countIds(source: Source, request: IdRequest): Promise<number> {
  const query = `select count(distinct k."id")::text as "rows" ${fromRowsWithIds(request.rows, request)}`;
  const count = (tx: Transaction) => tx.query<{ rows: string }>(query);
  const [counted] = await withTransaction(source, count, wholeTransaction(request.rows, request.signal));
  return Number(counted?.rows);
}

/** Counts rows, in one snapshot. */
export async function countRows(source: Source, { rows, filter, signal }: Omit<IdRequest, 'id'>): Promise<number> {
  const query = `select count(*)::text as "rows" ${fromRows(rows, filter)}`;
  const count = (tx: Transaction) => tx.query<{ rows: string }>(query);
  const [counted] = await withTransaction(source, count, wholeTransaction(rows, signal));
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
    for (const ids of sliceIds(request.ids)) {
      const query = `select k."id" ${from} and ${idIsOneOf(ids)}`;
      for await (const batch of streamValues(tx, query, collectTexts)) for (const id of batch) found.add(id);
    }
  };
  await withTransaction(source, read, wholeTransaction(request.rows, request.signal));
  return found;
}
