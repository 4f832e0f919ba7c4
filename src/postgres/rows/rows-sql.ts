import { bucketOfId } from '../../documents/ids/hashed-id';
import { qualifiedName, quoteLiteral } from '../../documents/sql-text';
import { type BucketRange, BUCKETS } from '../../sync/bucket-ranges';
import type { TransactionOptions } from '../connection/transaction';
import type { LeafRows, QueryRows } from './copy-request';
import { filterOf } from './row-filter';
import { idJoin, type RowProjection } from './row-projection';

/** What tells rows and their ids. A {@link RowProjection} is one. */
export type RowIdentity = Pick<RowProjection, 'id' | 'filter'>;

/**
 * `from … where …` for all rows of a relation as `t`: those that a plain `select` shows, whatever the leaves are that
 * the plan knows. More conditions can follow by `and`.
 */
export function fromRows(rows: LeafRows | QueryRows, filter?: string): string {
  return `from ${rowSource(rows)} as t where ${filterOf(filter === undefined ? {} : { filter })}`;
}

/** The same with the rows' ids as `k.id`. */
export function fromRowsWithIds(rows: LeafRows | QueryRows, { id, filter }: RowIdentity): string {
  return `from ${rowSource(rows)} as t ${idJoin(id)} where ${filterOf(filter === undefined ? {} : { filter })}`;
}

/** Condition over `k.id`. */
export function idIsOneOf(ids: readonly string[]): string {
  return `k."id" = any (array[${ids.map(quoteLiteral).join(',')}]::text[])`;
}

/** Condition over `k.id`: the document is in one of the buckets. */
export function bucketCondition(ranges: readonly BucketRange[]): string {
  if (ranges.some(({ from, to }) => from <= 0 && to >= BUCKETS)) return 'true';
  const bucket = bucketOfId('k."id"');
  if (ranges.length <= 1) return ranges.map(({ from, to }) => `${bucket} between ${from} and ${to - 1}`)[0] ?? 'false';
  // The hash is the costly part: it is computed once a row.
  return `(array[${listMembership(ranges).join(',')}]::boolean[])[${bucket} + 1]`;
}

function listMembership(ranges: readonly BucketRange[]): boolean[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => ranges.some(({ from, to }) => from <= bucket && bucket < to));
}

/** Transaction settings for reading a relation as a whole. */
export function wholeTransaction(rows: LeafRows | QueryRows, signal?: AbortSignal): TransactionOptions {
  const common = { isolation: 'repeatable read', statementTimeoutMs: 0, signal } as const;
  if (!('from' in rows)) return { ...common, activity: 'reading rows' };
  const { searchPath } = rows;
  return { ...common, searchPath, activity: searchPath === undefined ? 'reading a view' : 'running a rule' };
}

function rowSource(rows: LeafRows | QueryRows): string {
  return 'from' in rows ? rows.from : qualifiedName(rows.relation);
}
