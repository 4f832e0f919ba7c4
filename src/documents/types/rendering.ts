import type { FieldMapping } from '../../sync/field-mapping';

/** A base type as the table's functions see it. */
export interface BaseType {
  /** `pg_type.typname` */
  readonly name: string;
  /** `format_type`: safe in a cast. */
  readonly sqlName: string;
  /** `atttypmod`, -1 for none. */
  readonly modifier: number;
}

/** The way of a type's values into JSON, and their mapping in Elasticsearch. */
export interface Rendering {
  readonly mapping: FieldMapping;
  /** The narrowest mapping that holds every value, where `mapping` leaves room for more. */
  readonly narrowest?: FieldMapping;
  /**
   * SQL of a value that `row_to_json` prints as it shall be in the document, without a raw newline; null stays null.
   * Takes the SQL of a value of the type, and may repeat it only when bound by `bindValue`.
   */
  readonly render: (value: string) => string;
  /** A whole array of the type is rendered by this cast alone: `''` as it is, `'::text[]'`. Absent: element by element. */
  readonly arrayCast?: string;
  /** SQL of how many values within a value `render` leaves out because of their size; null for none. Absent: it never does. */
  readonly omitted?: (value: string) => string;
}

/** A value that `row_to_json` prints well by itself. */
export function printedAsIs(mapping: FieldMapping): Rendering {
  return { mapping, render: (value) => value, arrayCast: '' };
}

/** A value that a cast makes printable. */
export function printedAs(cast: 'text' | 'bigint' | 'numeric', mapping: FieldMapping): Rendering {
  return { mapping, render: (value) => `${value}::${cast}`, arrayCast: `::${cast}[]` };
}

/** A value that an expression over it makes printable; `expression` may repeat what it is given. */
export function printedBy(expression: (value: string) => string, mapping: FieldMapping): Rendering {
  return { mapping, render: (value) => bindValue(value, expression) };
}

/** Of a row (`t`), or of one within its document (`t1`). */
const COLUMN = /^t\d?\."(?:[^"]|"")*"$/;

/**
 * SQL of an expression that uses a value several times; anything but a column is computed once, as `b.v`.
 * `offset 0` keeps the planner from copying it back to every use.
 */
export function bindValue(value: string, expression: (value: string) => string): string {
  if (COLUMN.test(value)) return `(${expression(value)})`;
  return `(select ${expression('b.v')} from (select ${value} as v offset 0) as b)`;
}

/** SQL of the JSON text of whatever a rendering gives, `null` for null. */
export function jsonText(rendered: string): string {
  return `coalesce(to_json(${rendered})::text, 'null')`;
}
