import { bucketOfId, hashOfId } from '../../documents/ids/hashed-id';
import type { IdDigest } from '../../sync/id-digest';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { readingTransaction } from '../rows/reading-transaction';
import { fromRowsWithIds } from '../rows/rows-sql';
import type { IdRequest } from './read-ids';

interface DigestRow {
  readonly bucket: number;
  readonly ids: string;
  readonly sum: string;
}

/**
 * Sums up the ids of all rows by bucket, in one snapshot; no id leaves PostgreSQL.
 * @param unique - whether no two rows share an id; else each id counts once, which costs a sort
 */
export async function digestIds(source: Source, request: IdRequest, unique: boolean): Promise<IdDigest> {
  const ids = `select ${unique ? '' : 'distinct '}k."id" ${fromRowsWithIds(request.rows, request)}`;
  const query = `
    select ${bucketOfId('i."id"')}::integer as "bucket", count(*)::text as "ids",
      sum(${hashOfId('i."id"')}::integer)::text as "sum"
    from (${ids} offset 0) as i
    group by 1`;
  const read = (tx: Transaction) => tx.query<DigestRow>(query);
  const rows = await withTransaction(source, read, readingTransaction(request));
  return new Map(rows.map(({ bucket, ids: count, sum }) => [bucket, { ids: Number(count), sum: Number(sum) }]));
}
