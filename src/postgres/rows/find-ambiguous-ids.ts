import { qualifiedName, quoteIdentifier } from '../../documents/sql-text';
import type { Since } from '../../sync/unseen-transactions';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { changedSince } from '../server/changed-since';
import type { AmbiguousId, SharedId } from './copy-piece';
import { readingTransaction } from './reading-transaction';
import type { RowSource } from './row-source';
import { fromRowsWithIds, idIsOneOf, type RowIdentity } from './rows-sql';

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
  return findSharedIds(tx, rows, 'false');
}

async function findSharedIds(
  tx: Transaction,
  { from, key, limit }: KeyedRows,
  counted: string,
): Promise<readonly SharedId[]> {
  const isNull = `bool_or(${hasNull(key)})`;
  return tx.query<{ id: string; rows: number; isNull: boolean; counted: number }>(
    `select k."id" as "id", count(*)::float8 as "rows", ${isNull} as "isNull",
       count(*) filter (where ${counted})::float8 as "counted"
     ${from} group by k."id" having count(*) > 1 or ${isNull} limit ${limit}`,
  );
}

/** The rows of a table that a sync has read. */
export interface CountedRows {
  /** Leaves of which it read every row, by their oids. */
  readonly leaves: readonly number[];
  /** In the others it read what changed since; absent: nothing. */
  readonly since?: Since | undefined;
}

/** The same in a snapshot of its own: for a table whose leaves may share keys among them, or for some ids. */
export async function readAmbiguousIds(
  source: Source,
  request: Omit<KeyedRows, 'from'> & {
    readonly rows: RowSource;
    readonly identity: RowIdentity;
    readonly scope: AmbiguityScope;
    /** Absent: no row was read before. */
    readonly counted?: CountedRows | undefined;
    readonly signal?: AbortSignal;
  },
): Promise<readonly SharedId[]> {
  const { rows, identity, scope, key, limit } = request;
  const counted = request.counted === undefined ? 'false' : isCounted(request.counted);
  const from = fromRowsWithIds(rows, identity);
  const find = async (tx: Transaction) => {
    const found = new Map<string, SharedId>();
    for (const condition of conditionsOf(scope, rows, key)) {
      const ids = await findSharedIds(tx, { from: `${from} and ${condition}`, key, limit }, counted);
      for (const shared of ids) found.set(shared.id, shared);
    }
    return [...found.values()];
  };
  return withTransaction(source, find, readingTransaction(request));
}

/** Two conditions for changed rows, since PostgreSQL hashes a list of keys only where no `or` stands beside it. */
function conditionsOf(scope: AmbiguityScope, { relation }: RowSource, key: readonly string[]): string[] {
  if (scope === 'all') return ['true'];
  if ('ids' in scope) return [idIsOneOf(scope.ids)];
  const changed = changedSince(scope.changedSince);
  const columns = key.map((column) => `t.${quoteIdentifier(column)}`).join(', ');
  const keys = `select ${columns} from ${qualifiedName(relation)} as t where ${changed}`;
  return [`(${columns}) in (${keys})`, `${changed} and (${hasNull(key)})`];
}

function isCounted({ leaves, since }: CountedRows): string {
  const isCopied = `t.tableoid = any (array[${leaves.join(',')}]::oid[])`;
  return since === undefined ? isCopied : `${isCopied} or ${changedSince(since)}`;
}

function hasNull(key: readonly string[]): string {
  return key.map((column) => `t.${quoteIdentifier(column)} is null`).join(' or ');
}
