import { qualifiedName, quoteIdentifier } from '../../documents/sql-text';
import type { Relation } from '../../sync/relation';
import type { Since } from '../../sync/unseen-transactions';
import type { Transaction } from '../connection/transaction';
import { changedSince } from '../server/changed-since';

/** A row that was written, by its key. */
export interface ChangedKey {
  /** As PostgreSQL prints its columns. */
  readonly key: readonly string[];
  /** Transaction that wrote it, 32 bits. */
  readonly xid: number;
}

/**
 * Finds rows that were written by transactions which a moment did not see, by looking at all of them. Needs a transaction
 * whose snapshot is its first.
 * @param limit - rows at most
 */
export async function readChangedKeys(
  tx: Transaction,
  relation: Relation,
  since: Since,
  limit: number,
): Promise<readonly ChangedKey[]> {
  const key = relation.key.map((name) => `t.${quoteIdentifier(name)}::text`).join(', ');
  const rows = await tx.query<{ key: string[]; xid: string }>(
    `select array[${key}] as "key", t.xmin::text as "xid" from ${qualifiedName(relation)} as t ` +
      `where ${changedSince(since)} limit ${limit}`,
  );
  return rows.map(({ key: texts, xid }) => ({ key: texts, xid: Number(xid) }));
}
