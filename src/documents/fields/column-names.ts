import type { Column, ColumnType, Relation } from '../../sync/relation';
import { listBranches } from '../../sync/relation';
import type { DocumentOptions } from './document-options';

/** The names by which the configuration may call a column: `schema.table.column`; of a rule by any of its tables. */
export function listColumnNames({ schema, table, tables = [] }: Relation, { name }: Pick<Column, 'name'>): string[] {
  return [table, ...tables].map((candidate) => `${schema}.${candidate}.${name}`);
}

/** Columns that the options name and no relation has: most likely misspelt, so that a column stays in by mistake. */
export function findUnknownColumns(relations: readonly Relation[], options: DocumentOptions): string[] {
  const nested = relations.flatMap(({ branches = [] }) => listBranches(branches).map(({ branch }) => branch.relation));
  const known = new Set(
    [...relations, ...nested].flatMap((relation) => {
      const unreadable = (relation.unreadable ?? []).map((name) => ({ name }));
      return [...relation.columns, ...unreadable].flatMap((column) => listColumnNames(relation, column));
    }),
  );
  const { excludeColumns, mapping, attachment } = options;
  const named = [...excludeColumns, ...Object.keys(mapping), ...(attachment === undefined ? [] : [attachment])];
  return named.filter((name) => !known.has(name));
}

/** The type of the column that `documents.attachment` names, where it holds no bytes. */
export function findWrongAttachment(
  relations: readonly Relation[],
  { attachment }: DocumentOptions,
): string | undefined {
  if (attachment === undefined) return undefined;
  const named = relations.flatMap((relation) =>
    relation.columns.filter((column) => listColumnNames(relation, column).includes(attachment)),
  );
  return named.map(({ type }) => type).find((type) => !holdsBytes(type))?.sqlName;
}

function holdsBytes(type: ColumnType): boolean {
  if (type.kind === 'domain') return holdsBytes(type.base);
  return type.kind === 'base' && type.name === 'bytea';
}
