import { SUM_MASK } from '../../documents/tree-rows';
import type { BucketRange } from '../../sync/bucket-ranges';
import type { RowsDigest } from '../../sync/digests/id-digest';
import { isRowError } from '../connection/is-row-error';
import type { Source } from '../connection/source';
import { streamTransaction, type Transaction } from '../connection/transaction';
import type { CopyPiece } from '../rows/copy-piece';
import { readLeaf } from '../rows/read-leaf';
import { readingTransaction } from '../rows/reading-transaction';
import { bucketCondition, filterOf, fromRowsWithIds } from '../rows/rows-sql';
import type { TreeRequest } from './copy-changed-trees';
import { findPlaces, type FoundPlace, readAtPlaces } from './read-places';

/** Buckets of rows, and which of them differ from their documents. */
export interface DifferingTrees extends TreeRequest {
  readonly buckets: readonly BucketRange[];
  readonly differs: (id: string, rows: RowsDigest) => boolean;
}

interface CountedPlace extends FoundPlace {
  readonly id: string;
  readonly rows: string;
  readonly hash: string;
}

/**
 * Counts the rows of other tables in each document, and reads the rows of those that differ, all in one snapshot. Where a
 * branch's condition fails on a row, nothing can be counted: then all rows are read, each of which may fail alone.
 */
export async function* copyDifferingTrees(source: Source, request: DifferingTrees): AsyncGenerator<CopyPiece, void> {
  const { rows, projection, buckets, differs } = request;
  const isWanted = ({ id, rows: count, hash }: CountedPlace) =>
    differs(id, { count: Number(count), hash: Number(hash) });
  const read = async function* (tx: Transaction) {
    await tx.query('savepoint pgferry_counts');
    try {
      for await (const found of findPlaces<CountedPlace>(tx, countedRoots(request))) {
        yield* readAtPlaces(tx, found.filter(isWanted), rows, request);
      }
    } catch (error) {
      if (!isRowError(error)) throw error;
      await tx.query('rollback to savepoint pgferry_counts');
      const condition = `${bucketCondition(buckets)} and ${filterOf(projection)}`;
      for (const leaf of rows.leaves) yield* readLeaf(tx, { relation: rows.relation, leaf, condition }, request);
    }
  };
  yield* streamTransaction(source, read, readingTransaction(request));
}

function countedRoots({ rows, projection, tree, buckets }: DifferingTrees): string {
  const roots = [{ joins: '', hash: 'null::integer' }, ...tree.branches].map(
    ({ joins, hash }) =>
      `select k."id" as id, t.tableoid as leaf, t.ctid as place, ${hash} as h ` +
      `${fromRowsWithIds(rows, projection, joins)} and ${bucketCondition(buckets)}`,
  );
  return (
    `select u.id, u.leaf::text as leaf, u.place::text as place, count(u.h)::text as rows, ` +
    `(coalesce(sum(u.h), 0) & ${SUM_MASK})::text as hash ` +
    `from (${roots.join(' union all ')}) as u group by u.leaf, u.place, u.id order by u.leaf, u.place`
  );
}
