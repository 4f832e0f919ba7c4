import { bucketOfId } from '../../documents/ids/hashed-id';
import type { TreeRows } from '../../documents/tree-rows';
import type { RowsDigest } from '../../sync/digests/id-digest';
import { isRowError } from '../connection/is-row-error';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import type { IdRequest } from '../ids/read-ids';
import { readingTransaction } from '../rows/reading-transaction';
import { fromRowsWithIds } from '../rows/rows-sql';

/**
 * Sums up the rows of other tables in a relation's documents by bucket, in one snapshot.
 * @returns undefined where a branch's condition fails on a row
 */
export async function digestTreeRows(
  source: Source,
  request: IdRequest,
  tree: TreeRows,
): Promise<ReadonlyMap<number, RowsDigest> | undefined> {
  const branches = tree.branches.map(
    ({ joins, hash }) =>
      `select ${bucketOfId('k."id"')}::integer as bucket, count(*) as n, sum(${hash}) as h ` +
      `${fromRowsWithIds(request.rows, request, joins)} group by 1`,
  );
  const query =
    `select b.bucket as "bucket", sum(b.n)::text as "rows", sum(b.h)::text as "hash" ` +
    `from (${branches.join(' union all ')}) as b group by 1`;
  const read = async (tx: Transaction) => {
    await tx.query('savepoint pgferry_counts');
    try {
      return await tx.query<{ bucket: number; rows: string; hash: string }>(query);
    } catch (error) {
      if (!isRowError(error)) throw error;
      await tx.query('rollback to savepoint pgferry_counts');
      return undefined;
    }
  };
  const found = await withTransaction(source, read, readingTransaction(request));
  if (found === undefined) return undefined;
  return new Map(
    found.map(({ bucket, rows, hash }) => {
      return [bucket, { count: Number(rows), hash: Number(BigInt.asUintN(32, BigInt(hash))) }];
    }),
  );
}
