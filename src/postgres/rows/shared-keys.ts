import { qualifiedName, quoteIdentifier } from '../../documents/sql-text';
import type { Since } from '../../sync/unseen-transactions';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { changedSince } from '../server/changed-since';
import type { AmbiguousId, SharedId, SharedPiece } from './copy-piece';
import { readingTransaction } from './reading-transaction';
import type { RowSource } from './row-source';
import { fromRowsWithIds, idConditions, type RowIdentity } from './rows-sql';

/** Rows with their ids, and how many ambiguous ids to name. */
export interface KeyedRows {
  /** `from … where …` for rows as `t` with their ids as `k.id`. */
  readonly from: string;
  /** The columns of the key. */
  readonly key: readonly string[];
  /** Ids to name at most. */
  readonly limit: number;
}

/**
 * Rows of a table to look at: all, those that changed since a moment with all that share their keys, or those of some
 * ids.
 */
export type AmbiguityScope = 'all' | { readonly changedSince: Since } | { readonly ids: readonly string[] };

/** Finds ids that several rows share, and those of rows without a whole key: no index vouches for the key of a query. */
export function findAmbiguousIds(tx: Transaction, rows: KeyedRows): Promise<readonly AmbiguousId[]> {
  return groupByIds(tx, rows, NOTHING_BEFORE);
}

/** Conditions over a row: it was read, and counted; it was there when the sync began. */
type Before = readonly [isCounted: string, isOld: string];

const NOTHING_BEFORE: Before = ['false', 'false'];

function groupByIds(tx: Transaction, { from, key, limit }: KeyedRows, [isCounted, isOld]: Before): Promise<SharedId[]> {
  const isNull = `bool_or(${hasNull(key)})`;
  return tx.query<SharedId>(
    `select k."id" as "id", count(*)::float8 as "rows", ${isNull} as "isNull",
       count(*) filter (where ${isCounted})::float8 as "counted", count(*) filter (where ${isOld})::float8 as "old"
     ${from} group by k."id" having count(*) > 1 or ${isNull} limit ${limit}`,
  );
}

/** Rows that a sync has read before, and those that were there then. */
export interface ReadBefore {
  /** Leaves of which it read every row, by their oids. */
  readonly leaves: readonly number[];
  /** In the others it read what changed since; absent: nothing. */
  readonly since?: Since | undefined;
  /** It read nothing that changed since its start. */
  readonly start: Since;
}

/** Where rows of several tables may share a key: how to find those that do. */
export interface SharedKeys {
  /** The columns of the key. */
  readonly key: readonly string[];
  /** Ids to name at most. */
  readonly limit: number;
  /** Absent: no row was read before. */
  readonly readBefore?: ReadBefore | undefined;
}

/** Rows of a relation that are looked at for shared keys. */
export interface SharedKeySearch extends SharedKeys {
  readonly rows: RowSource;
  readonly identity: RowIdentity;
  readonly scope: AmbiguityScope;
}

/** Finds the ambiguous ids among a relation's rows: in the snapshot that the rows of the others are read in. */
export async function findSharedIds(tx: Transaction, search: SharedKeySearch): Promise<readonly SharedId[]> {
  const { rows, identity, scope, key, limit, readBefore } = search;
  const before = readBefore === undefined ? NOTHING_BEFORE : conditionsBefore(readBefore);
  const from = fromRowsWithIds(rows, identity);
  const found = new Map<string, SharedId>();
  for (const condition of conditionsOf(scope, rows, key)) {
    const ids = await groupByIds(tx, { from: `${from} and ${condition}`, key, limit }, before);
    for (const shared of ids) found.set(shared.id, shared);
  }
  return [...found.values()];
}

/**
 * Begins a reading in which rows may share a key.
 * @param search - without a key: no rows share it
 * @returns the ids that the reading must leave out
 */
export async function* tellShared(
  tx: Transaction,
  search: Omit<SharedKeySearch, keyof SharedKeys> & { readonly sharedKeys?: SharedKeys | undefined },
): AsyncGenerator<SharedPiece, readonly string[]> {
  const { sharedKeys, ...rows } = search;
  if (sharedKeys === undefined) return [];
  const ids = await findSharedIds(tx, { ...rows, ...sharedKeys });
  if (ids.length > 0) yield { kind: 'shared', ids };
  return ids.map(({ id }) => id);
}

/** The same as {@link findSharedIds} in a snapshot of its own. */
export function searchSharedIds(
  source: Source,
  search: SharedKeySearch & { readonly signal?: AbortSignal },
): Promise<readonly SharedId[]> {
  return withTransaction(source, (tx) => findSharedIds(tx, search), readingTransaction(search));
}

/**
 * Each for a statement of its own; two for changed rows, since PostgreSQL hashes a list of keys only where no `or` stands
 * beside it.
 */
function conditionsOf(scope: AmbiguityScope, { relation }: RowSource, key: readonly string[]): string[] {
  if (scope === 'all') return ['true'];
  if ('ids' in scope) return idConditions(scope.ids).map(({ sql }) => sql);
  const changed = changedSince(scope.changedSince);
  const columns = key.map((column) => `t.${quoteIdentifier(column)}`).join(', ');
  const keys = `select ${columns} from ${qualifiedName(relation)} as t where ${changed}`;
  return [`(${columns}) in (${keys})`, `${changed} and (${hasNull(key)})`];
}

function conditionsBefore({ leaves, since, start }: ReadBefore): Before {
  const isOld = `not (${changedSince(start)})`;
  const isCopied = `t.tableoid = any (array[${leaves.join(',')}]::oid[])`;
  const isRead = since === undefined ? isCopied : `(${isCopied} or ${changedSince(since)})`;
  return [`${isRead} and ${isOld}`, isOld];
}

function hasNull(key: readonly string[]): string {
  return key.map((column) => `t.${quoteIdentifier(column)} is null`).join(' or ');
}
