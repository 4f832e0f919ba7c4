import { quoteIdentifier } from '../../documents/sql-text';
import type { Transaction } from '../connection/transaction';
import type { AmbiguousId } from './copy-request';

/** What is looked at. */
export interface KeyedRows {
  /** `from … where …` for rows as `t` with their ids as `k.id`. */
  readonly from: string;
  /** The columns of the key. */
  readonly key: readonly string[];
  /** Ids to name at most. */
  readonly limit: number;
}

/** Finds ids that several rows share, and those of rows without a whole key: no index vouches for the key of a query. */
export async function findAmbiguousIds(
  tx: Transaction,
  { from, key, limit }: KeyedRows,
): Promise<readonly AmbiguousId[]> {
  const isNull = `bool_or(${key.map((column) => `t.${quoteIdentifier(column)} is null`).join(' or ')})`;
  return tx.query<{ id: string; rows: number; isNull: boolean }>(
    `select k."id" as "id", count(*)::float8 as "rows", ${isNull} as "isNull"
     ${from} group by k."id" having count(*) > 1 or ${isNull} limit ${limit}`,
  );
}
