import { type DocumentField } from '../sync/field';

/** How rows become documents; the configuration's `documents` fits. */
export interface DocumentOptions {
  /** `prefixed`: `{schema}_{table}_{column}` in lower case; `plain`: the column's name. */
  readonly fieldNames: 'prefixed' | 'plain';
  /** Mapping of json and jsonb. */
  readonly json: 'flattened' | 'object';
  /** Columns `schema.table.column` that stay out of documents; a key column still is in the id. */
  readonly excludeColumns: readonly string[];
  /** Mapping by column `schema.table.column`, in place of the type's own. */
  readonly mapping: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Column `schema.table.column` of type bytea that goes to `_attachment`. */
  readonly attachment?: string;
}

/** A column whose field has another name than usual, because Elasticsearch refuses that one. */
export interface RenamedField {
  readonly column: string;
  readonly field: string;
  readonly reason: string;
}

/**
 * A relation's rows as documents, in SQL: expressions over the row alias `t` and, where said, over `k.id`.
 * They rely on the session: timezone UTC, datestyle ISO, intervalstyle iso_8601, bytea_output hex, extra_float_digits 1.
 */
export interface Projection {
  /** The relation's name, as `formatRelation` writes it. */
  readonly relation: string;
  /** Text expression over `t`: the document's id, at most 512 bytes of UTF-8. */
  readonly id: string;
  /** Text expression over `t` and `k.id`: one line of JSON, never with a raw newline. */
  readonly document: string;
  /** Bigint expression over `t` and `k.id`: hash of the document but `_timestamp`; for kinds without a usable `xmin`. */
  readonly fingerprint?: string;
  /** Bigint expression over `t`: bytes of the values that may be large, read without detoasting them. */
  readonly size?: string;
  /** Integer expression over `t`: how many values the document leaves out because of their size. Absent: never any. */
  readonly omitted?: string;
  /** Predicate over `t`: only rows for which it holds are synced. Absent: all are. */
  readonly filter?: string;
  readonly fields: readonly DocumentField[];
  readonly renamed: readonly RenamedField[];
}
