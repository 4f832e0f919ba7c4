import type { TreeRows } from '../../documents/tree-rows';
import type { Since } from '../../sync/unseen-transactions';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyOptions } from '../rows/copy-options';
import type { CopyPiece } from '../rows/copy-piece';
import { checkLeaf } from '../rows/lock-tables';
import { readLeaf } from '../rows/read-leaf';
import { readingTransaction } from '../rows/reading-transaction';
import type { LeafRows } from '../rows/row-source';
import { filterOf, fromRows } from '../rows/rows-sql';
import { changedSince, hasChangesSince } from '../server/changed-since';
import { findPlaces, readAtPlaces } from './read-places';

/** Rows with rows of other tables in their documents. */
export interface TreeRequest extends CopyOptions {
  readonly rows: LeafRows;
  readonly tree: TreeRows;
}

/** A moment, and which changes since then count. */
export interface ChangedTrees extends TreeRequest {
  readonly since: Since;
  /** Whether rows that changed themselves are read, too, or only those with changed rows of other tables. */
  readonly withOwn: boolean;
}

/**
 * Reads the rows whose document changed since a moment with a row of another table: one that is in it, or that links it. In
 * one snapshot. What is gone from a document is not told.
 * @throws SyncFailure `SourceChanged` before any piece when one of the tables is not what the plan says any more
 */
export async function* copyChangedTrees(source: Source, request: ChangedTrees): AsyncGenerator<CopyPiece, void> {
  const { rows, projection, since, withOwn } = request;
  const read = async function* (tx: Transaction) {
    for (const leaf of rows.leaves) await checkLeaf(tx, rows.relation, leaf);
    if (!(await hasChangesSince(tx, since))) return;
    for (const leaf of withOwn ? rows.leaves : []) {
      const condition = `${changedSince(since)} and ${filterOf(projection)}`;
      yield* readLeaf(tx, { relation: rows.relation, leaf, condition }, request);
    }
    for await (const places of findPlaces(tx, changedRoots(request))) {
      yield* readAtPlaces(tx, places, rows, request);
    }
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}

/** Query for the places of unchanged rows with changed rows of other tables in their documents, in the order of the heap. */
export function changedRoots({
  rows,
  projection,
  tree,
  since,
}: Pick<ChangedTrees, 'rows' | 'since' | 'tree'> & { readonly projection: { readonly filter?: string } }): string {
  const unchanged = `not (${changedSince(since)}) and ${filterOf(projection)}`;
  const ways = tree.ways.map(
    ({ joins, row }) =>
      `select t.tableoid as leaf, t.ctid as place ${fromRows(rows, { joins })} ` +
      `and ${changedSince(since, row)} and ${unchanged}`,
  );
  return (
    `select c.leaf::text as leaf, c.place::text as place from (${ways.join(' union ')}) as c ` +
    `order by c.leaf, c.place`
  );
}
