import { qualifiedName } from '../../documents/sql-text';
import type { Leaf, QualifiedName } from '../../sync/relation';
import type { BlockRange } from './row-source';

/** Smallest tuple header with its item pointer: no page holds more rows than fit by this. */
const LEAST_ROW_BYTES = 28;
const PAGE_HEADER_BYTES = 24;

/** `from` item for the rows of one leaf as `t`; goes through the partitioned table where the leaf says so. */
export function leafSource(relation: QualifiedName, leaf: Leaf): string {
  return leaf.throughParent === true ? `${qualifiedName(relation)} as t` : `only ${qualifiedName(leaf)} as t`;
}

/** Predicate for the rows of one leaf, all of them. */
export function leafCondition(leaf: Leaf): string {
  return leaf.throughParent === true ? `t.tableoid = '${leaf.oid}'::oid` : 'true';
}

/** Predicate for what comes after a row in the order of the heap. */
export function afterRow(ctid: string): string {
  return `t.ctid > ${tid(ctid)}`;
}

/** Predicate for the rows at some places. */
export function atPlaces(ctids: readonly string[]): string {
  return `t.ctid = any (array[${ctids.map(tid).join(', ')}])`;
}

/** Predicate for the rows of one leaf that meet a condition: whatever index finds them, they are read place by place. */
export function atPlacesOf(relation: QualifiedName, leaf: Leaf, joins: string, condition: string): string {
  const from = `from ${leafSource(relation, leaf)} ${joins} where ${leafCondition(leaf)} and ${condition}`;
  return `t.ctid = any (array(select t.ctid ${from}))`;
}

/** Predicate for a range of blocks; PostgreSQL 14 and later read no other block for it. */
export function blockCondition({ from, to }: BlockRange): string {
  const start = `t.ctid >= ${tid(`(${from},0)`)}`;
  return to === null ? start : `${start} and t.ctid < ${tid(`(${to},0)`)}`;
}

/** The same before PostgreSQL 14, which has no TID range scan: every place that a row may have in these blocks. */
export function blockConditionByPlaces({ from, to }: { from: number; to: number }, blockBytes: number): string {
  const places = Math.floor((blockBytes - PAGE_HEADER_BYTES) / LEAST_ROW_BYTES);
  return `t.ctid = any (array(
    select format('(%s,%s)', b.block, i.item)::tid
    from generate_series(${from}::bigint, ${to - 1}::bigint) as b (block)
    cross join generate_series(1, ${places}::integer) as i (item)))`;
}

function tid(place: string): string {
  return `'${place}'::tid`;
}
