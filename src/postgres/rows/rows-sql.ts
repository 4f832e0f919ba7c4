import { bucketOfId } from '../../documents/ids/hashed-id';
import { type IdKey, keyIsOneOf, sortIds } from '../../documents/ids/key-of-id';
import { qualifiedName, quoteLiteral } from '../../documents/sql-text';
import { type BucketRange, BUCKETS } from '../../sync/bucket-ranges';
import { idJoin, type RowProjection } from './row-projection';
import type { RowSource } from './row-source';

/** Ids that one statement looks for: its text stays below some megabytes. */
const IDS_PER_STATEMENT = 10_000;

/** SQL that tells rows and their ids. A {@link RowProjection} is one. */
export type RowIdentity = Pick<RowProjection, 'id' | 'idKey' | 'filter'>;

/**
 * `from … where …` for all rows of a relation as `t`: those that a plain `select` shows, whatever the leaves are that
 * the plan knows. More conditions can follow by `and`.
 */
export function fromRows(rows: RowSource, { filter, joins = '' }: Pick<RowIdentity, 'filter'> & Joined = {}): string {
  return `from ${tableOf(rows)} as t ${joins}where ${filterOf({ filter })}`;
}

/** Rows of other tables beside them. */
interface Joined {
  /** `join … on … `, empty for none. */
  readonly joins?: string;
}

/** The same with the rows' ids as `k.id`. */
export function fromRowsWithIds(rows: RowSource, { id, filter }: RowIdentity, joins = ''): string {
  return `from ${tableOf(rows)} as t ${idJoin(id)} ${joins}where ${filterOf({ filter })}`;
}

/** The predicate that rows must meet to be synced, fit to stand between other conditions. */
export function filterOf({ filter }: { readonly filter?: string | undefined }): string {
  return filter === undefined ? 'true' : `(${filter})`;
}

/** Condition over `k.id`. */
export function idIsOneOf(ids: readonly string[]): string {
  return `k."id" = any (array[${ids.map(quoteLiteral).join(',')}]::text[])`;
}

/** Condition over `k.id`, by a hash in every version of PostgreSQL. */
export function idIsNoneOf(ids: readonly string[]): string {
  if (ids.length === 0) return 'true';
  return `k."id" not in (select unnest(array[${ids.map(quoteLiteral).join(',')}]::text[]))`;
}

/** A condition over `t` and `k.id`. */
export interface IdCondition {
  readonly sql: string;
  /** Whether an index finds the rows, in an order of its own. */
  readonly isByKey: boolean;
}

/**
 * {@link idIsOneOf} for any number of ids, each condition for a statement of its own; by an index over the key, where ids
 * tell it. No row has an id with NUL, which PostgreSQL would refuse: somebody else may have written a document under one.
 */
export function idConditions(ids: readonly string[], idKey?: IdKey): IdCondition[] {
  const possible = ids.filter((id) => !id.includes('\0'));
  const byIds = (some: readonly string[]) => slice(some).map((few) => ({ sql: idIsOneOf(few), isByKey: false }));
  if (idKey === undefined) return byIds(possible);
  const { byKey, byId } = sortIds(idKey, possible);
  const found = slice(byKey).map((keys) => {
    const exact = `k."id" in (select unnest(array[${keys.map(({ id }) => quoteLiteral(id)).join(',')}]::text[]))`;
    return { sql: `${keyIsOneOf(idKey, keys)} and ${exact}`, isByKey: true };
  });
  return [...found, ...byIds(byId)];
}

function slice<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / IDS_PER_STATEMENT);
  return Array.from({ length: count }, (_, at) => items.slice(at * IDS_PER_STATEMENT, (at + 1) * IDS_PER_STATEMENT));
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

function tableOf(rows: RowSource): string {
  return 'from' in rows ? rows.from : qualifiedName(rows.relation);
}
