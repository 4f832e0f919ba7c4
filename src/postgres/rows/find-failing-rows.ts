import { type BucketRange, BUCKETS } from '../../sync/bucket-ranges';
import { isRowError } from '../connection/is-row-error';
import type { Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import { itemExpression } from './row-projection';
import { bucketCondition, idIsOneOf } from './rows-sql';

/** Rows that are told apart from the others: each costs some thirty runs of the query. */
const MOST_FAILING = 20;

/** The query fails whatever rows are asked for, or for too many of them. */
class QueryFails extends Error {}

/** A row that PostgreSQL fails to render. */
export interface FailingRow {
  readonly fault: 'unreadable';
  readonly id: string;
  readonly sqlState: string;
}

interface Search {
  readonly tx: Transaction;
  /** `from … where …` for rows as `t` with their ids as `k.id`. */
  readonly from: string;
  readonly options: CopyOptions;
  readonly failing: FailingRow[];
}

/**
 * Finds the rows that PostgreSQL fails to render, by halving: first the buckets of their ids, then the ids in one. Needs
 * a transaction with one snapshot.
 * @returns undefined where the query itself fails, or more rows than can be looked for
 */
export async function findFailingRows(
  tx: Transaction,
  from: string,
  options: CopyOptions,
): Promise<readonly FailingRow[] | undefined> {
  const search: Search = { tx, from, options, failing: [] };
  try {
    await searchBuckets(search, { from: 0, to: BUCKETS });
    return search.failing;
  } catch (error) {
    if (error instanceof QueryFails) return undefined;
    throw error;
  }
}

async function searchBuckets(search: Search, range: BucketRange): Promise<void> {
  const condition = bucketCondition([range]);
  if ((await findError(search, condition)) === undefined) return;
  if (range.to - range.from === 1) {
    await searchIds(search, await listIds(search, condition));
    return;
  }
  const middle = Math.floor((range.from + range.to) / 2);
  await searchBuckets(search, { from: range.from, to: middle });
  await searchBuckets(search, { from: middle, to: range.to });
}

async function searchIds(search: Search, ids: readonly string[]): Promise<void> {
  const [id] = ids;
  if (id === undefined) throw new QueryFails();
  const sqlState = await findError(search, idIsOneOf(ids));
  if (sqlState === undefined) return;
  if (ids.length === 1) {
    search.failing.push({ fault: 'unreadable', id, sqlState });
    if (search.failing.length > MOST_FAILING) throw new QueryFails();
    return;
  }
  const middle = Math.ceil(ids.length / 2);
  await searchIds(search, ids.slice(0, middle));
  await searchIds(search, ids.slice(middle));
}

/**
 * Renders rows without sending them.
 * @returns the SQLSTATE that it fails with
 */
async function findError({ tx, from, options }: Search, condition: string): Promise<string | undefined> {
  const rendered = `select count(octet_length(${itemExpression(options)})) ${from} and ${condition}`;
  return guard(tx, async () => {
    await tx.query(rendered);
  });
}

async function listIds({ tx, from }: Search, condition: string): Promise<string[]> {
  const ids: string[] = [];
  const sqlState = await guard(tx, async () => {
    const rows = await tx.query<{ id: string }>(`select distinct k."id" as "id" ${from} and ${condition}`);
    ids.push(...rows.map(({ id }) => id));
  });
  if (sqlState !== undefined) throw new QueryFails();
  return ids;
}

/** @returns the SQLSTATE where the work fails for a row; the transaction goes on */
async function guard(tx: Transaction, work: () => Promise<void>): Promise<string | undefined> {
  await tx.query('savepoint pgferry_search');
  try {
    await work();
    await tx.query('release savepoint pgferry_search');
    return undefined;
  } catch (error) {
    if (!isRowError(error)) throw error;
    await tx.query('rollback to savepoint pgferry_search; release savepoint pgferry_search');
    return error.code ?? '';
  }
}
