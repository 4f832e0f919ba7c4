import type { CopyValue } from './copy-text';

/** The names of the sample data's tables, all in schema `public`; a table comes after those that it references. */
export const SAMPLE_TABLES = ['employee', 'customer', 'country', 'city'] as const;

export type SampleTableName = (typeof SAMPLE_TABLES)[number];

/** A table: its definition and its rows, each in the order of the columns. */
export interface SampleTable {
  readonly name: SampleTableName;
  /** The text between the parentheses of `create table`. */
  readonly definition: string;
  readonly rows: readonly (readonly CopyValue[])[];
}
