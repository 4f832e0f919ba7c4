import { type Column, type Relation } from '../sync/relation';
import { type DocumentOptions } from './projection';

/** The names by which the configuration may call a column: `schema.table.column`; of a rule by any of its tables. */
export function listColumnNames({ schema, table, tables = [] }: Relation, { name }: Pick<Column, 'name'>): string[] {
  return [table, ...tables].map((candidate) => `${schema}.${candidate}.${name}`);
}

/** Columns that the options name and no relation has: most likely misspelt, so that a column stays in by mistake. */
export function findUnknownColumns(relations: readonly Relation[], options: DocumentOptions): string[] {
  const known = new Set(
    relations.flatMap((relation) => relation.columns.flatMap((column) => listColumnNames(relation, column))),
  );
  const { excludeColumns, mapping, attachment } = options;
  const named = [...excludeColumns, ...Object.keys(mapping), ...(attachment === undefined ? [] : [attachment])];
  return named.filter((name) => !known.has(name));
}
