import type { IdStyle } from '../../sync/document-owner';

/** Options of the step from rows to documents; the configuration's `documents` fits. */
export interface DocumentOptions {
  /** `prefixed`: `{schema}_{table}_{column}` in lower case; `plain`: the column's name. */
  readonly fieldNames: 'prefixed' | 'plain';
  /** `key`: ids are keys alone, in an index that holds this relation only. Absent: `qualified`. */
  readonly id?: IdStyle | undefined;
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
