import { qualifiedName } from '../../documents/sql-text';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { blockCondition, leafCondition, leafSource } from '../rows/leaf-sql';
import { readingTransaction } from '../rows/reading-transaction';
import type { LeafRows } from '../rows/row-source';

/** Leaves that one statement counts: a list of thousands would be slow to plan. */
const LEAVES_PER_STATEMENT = 100;
const FROM_THE_START = blockCondition({ from: 0, to: null });

/** Rows of a table, with no filter. */
export interface RowCounts {
  /** By a plain `select`. */
  readonly shown: number;
  /** By reading the blocks of all leaves, as a copy does. */
  readonly read: number;
}

/** Counts the rows of a table in both ways, in one snapshot. */
export async function countUnread(source: Source, rows: LeafRows, signal: AbortSignal): Promise<RowCounts> {
  const { relation, leaves } = rows;
  const counts = leaves.map(
    (leaf) =>
      `select count(*) as n from ${leafSource(relation, leaf)} where ${leafCondition(leaf)} and ${FROM_THE_START}`,
  );
  const count = async (tx: Transaction) => {
    const shown = await sum(tx, [`select count(*) as n from ${qualifiedName(relation)}`]);
    let read = 0;
    for (let from = 0; from < counts.length; from += LEAVES_PER_STATEMENT) {
      read += await sum(tx, counts.slice(from, from + LEAVES_PER_STATEMENT));
    }
    return { shown, read };
  };
  return withTransaction(source, count, readingTransaction({ rows, signal }));
}

async function sum(tx: Transaction, counts: readonly string[]): Promise<number> {
  const [row] = await tx.query<{ rows: number }>(
    `select coalesce(sum(c.n), 0)::float8 as "rows" from (${counts.join(' union all ')}) as c`,
  );
  return row?.rows ?? 0;
}
