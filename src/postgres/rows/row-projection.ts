import type { IdKey } from '../../documents/ids/key-of-id';
import type { GatheredRows } from '../../documents/projection';
import { quoteLiteral } from '../../documents/sql-text';
import { indexAction } from '../../sync/bulk-item';

/** SQL that makes a document of a row, over the row's alias `t`. */
export interface RowProjection {
  /** Text expression over `t`: the document's `_id`; never null. */
  readonly id: string;
  /** The key that ids tell; absent where they don't: then rows are found by computing all ids. */
  readonly idKey?: IdKey;
  /** Text expression over `t` and the id as `k.id`: the document as one line of JSON; never null. */
  readonly document: string;
  /** Bigint expression over `t`: bytes of the values whose size has no bound. Absent where every value is small. */
  readonly size?: string;
  /** Integer expression over `t`: how many values the document leaves out. Absent where it never leaves out any. */
  readonly omitted?: string;
  /** Text expression over `t`: of a row that is too large, the list that has too many rows, or null. Absent: no lists. */
  readonly crowded?: string;
  /**
   * Predicate over `t`: only rows for which it holds are synced.
   * @default 'true'
   */
  readonly filter?: string;
  /** The same documents, for statements that gather rows of other tables; absent where an index leads to all of them. */
  readonly gathered?: GatheredRows;
}

/** Settings of the bulk items that rows become. */
export interface ItemOptions {
  readonly projection: RowProjection;
  /** External version that every index action carries. */
  readonly version: number;
  /** Bytes; a row whose {@link RowProjection.size} is larger is not rendered but reported. */
  readonly maxRowBytes: number;
}

/** First character of what stands for an oversized row; an action line starts with `{`. */
export const OVERSIZED_MARK = '!';

/** First character of a line before the item of a row whose document leaves values out: the mark, their number. */
export const OMITTED_MARK = '-';

/**
 * The item of a bulk body that a row becomes: action line and document line, where values are left out with a line
 * before them that counts these; or the mark and `{"id": …, "bytes": …}` for an oversized row, whose values are then
 * not rendered at all.
 */
export function itemExpression({ projection, version, maxRowBytes }: ItemOptions): string {
  const [beforeId, afterId] = indexAction(version).map(quoteLiteral);
  const action = `${beforeId} || to_json(k."id")::text || ${afterId}`;
  const item = `${omittedLine(projection)}${action} || ${projection.document} || E'\\n'`;
  if (projection.size === undefined) return item;
  const size = `(${projection.size})`;
  const list = projection.crowded === undefined ? '' : `, 'list', ${projection.crowded}`;
  const report = `'${OVERSIZED_MARK}' || json_build_object('id', k."id", 'bytes', ${size}${list})::text`;
  return `case when ${size} > ${maxRowBytes}::bigint then ${report} else ${item} end`;
}

function omittedLine({ omitted }: RowProjection): string {
  if (omitted === undefined) return '';
  return `case when ${omitted} > 0 then '${OMITTED_MARK}' || ${omitted} || E'\\n' else '' end || `;
}

/** Computes the id once a row: `offset 0` keeps the planner from copying its expression to every use. */
export function idJoin(id: string): string {
  return `cross join lateral (select ${id} as "id" offset 0) as k`;
}
