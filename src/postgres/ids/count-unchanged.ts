import type { Since } from '../../sync/unseen-transactions';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { checkLeaf } from '../rows/lock-tables';
import { readingTransaction } from '../rows/reading-transaction';
import type { LeafRows } from '../rows/row-source';
import { filterOf, fromRows, type RowIdentity } from '../rows/rows-sql';
import { changedSince, hasChangesSince } from '../server/changed-since';

/** Rows of a table, and the moment since which none of them may have changed. */
export interface UnchangedRequest extends Pick<RowIdentity, 'filter'> {
  readonly rows: LeafRows;
  readonly since: Since;
  readonly signal?: AbortSignal;
}

/**
 * Counts a relation's rows, in the very snapshot that shows that none changed since a moment: so rows that went by then
 * are missing from the count, and none that came later makes up for them.
 * @returns undefined where a row changed, or where another table may have changed what documents of this one hold
 * @throws SyncFailure `SourceChanged` where the relation is not what the plan says any more
 */
export function countUnchanged(source: Source, request: UnchangedRequest): Promise<number | undefined> {
  return withTransaction(source, (tx) => countIn(tx, request), readingTransaction(request));
}

async function countIn(tx: Transaction, { rows, since, filter }: UnchangedRequest): Promise<number | undefined> {
  const { relation, leaves } = rows;
  for (const leaf of leaves) await checkLeaf(tx, relation, leaf);
  const counts = fromRows(rows, filter === undefined ? {} : { filter });
  if (!(await hasChangesSince(tx, since))) {
    const [counted] = await tx.query<{ rows: string }>(`select count(*)::text as "rows" ${counts}`);
    return Number(counted?.rows);
  }
  if ((relation.branches ?? []).length > 0) return undefined;
  const query =
    `select count(*) filter (where ${filterOf({ filter })})::text as "rows", ` +
    `count(*) filter (where ${changedSince(since)})::text as "changed" ${fromRows(rows)}`;
  const [counted] = await tx.query<{ rows: string; changed: string }>(query);
  return counted?.changed === '0' ? Number(counted.rows) : undefined;
}
