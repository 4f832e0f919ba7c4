import type { DocumentField } from '../sync/field-mapping';
import type { BranchStep } from './branch-rows';
import type { RenamedField } from './fields/document-options';
import type { IdKey } from './ids/key-of-id';
import type { TreeRows } from './tree-rows';

/** Rows as documents, in SQL. */
export interface RenderedRows {
  /** Text expression over `t` and `k.id`: one line of JSON, never with a raw newline. */
  readonly document: string;
  /** Bigint expression over `t`: bytes of the values that may be large, read without detoasting them. */
  readonly size?: string;
  /** Integer expression over `t`: how many values the document leaves out because of their size. Absent: never any. */
  readonly omitted?: string;
  /** Text expression over `t`: the list that has more rows than it may, of a row whose `size` says so. Absent: no lists. */
  readonly crowded?: string;
}

/** Rows of a branch that no index leads to: the statement finds their places for all rows that it reads. */
export interface Gathering {
  /** Alias under which expressions look for `places`: a `tid[]`, or null. */
  readonly alias: string;
  /** The table, or the one that links it. */
  readonly table: BranchStep;
}

/** How documents are rendered where some branches were gathered; the same documents as without. */
export interface GatheredRows extends RenderedRows {
  readonly gatherings: readonly Gathering[];
}

/**
 * A relation's rows as documents, in SQL: expressions over the row alias `t` and, where said, over `k.id`.
 * They rely on the session: timezone UTC, datestyle ISO, intervalstyle iso_8601, bytea_output hex, extra_float_digits 3.
 */
export interface Projection extends RenderedRows {
  /** The relation's name, as `formatRelation` writes it. */
  readonly relation: string;
  /** Text expression over `t`: the document's id, at most 512 bytes of UTF-8. */
  readonly id: string;
  /** The key that ids tell. Absent: they don't. */
  readonly idKey?: IdKey;
  /** Bigint expression over `t` and `k.id`: hash of the document but `_timestamp`; for kinds without a usable `xmin`. */
  readonly fingerprint?: string;
  /** The same documents, for statements that gather rows of other tables. Absent: an index leads to all of them. */
  readonly gathered?: GatheredRows;
  /** The rows of other tables in the documents. Absent: none, or the relation is read as a whole. */
  readonly tree?: TreeRows;
  /** Predicate over `t`: only rows for which it holds are synced. Absent: all are. */
  readonly filter?: string;
  readonly fields: readonly DocumentField[];
  readonly renamed: readonly RenamedField[];
}
