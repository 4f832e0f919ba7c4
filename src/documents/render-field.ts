import type { DocumentField } from '../sync/field-mapping';
import type { Column, Relation } from '../sync/relation';
import type { RenderedField } from './document-expression';
import { listColumnNames } from './fields/column-names';
import type { DocumentOptions } from './fields/document-options';
import type { RenderedValue } from './omitted-expression';
import { refuseOverride } from './overrides/refuse-override';
import { renderOverride } from './overrides/render-override';
import { quoteIdentifier } from './sql-text';
import { renderType } from './types/render-type';

/** Whether the file keeps a column out of documents. */
export function isExcluded(
  relation: Relation,
  column: Column,
  { excludeColumns }: Pick<DocumentOptions, 'excludeColumns'>,
): boolean {
  return listColumnNames(relation, column).some((name) => excludeColumns.includes(name));
}

/**
 * A column's value as it stands in documents.
 * @param alias - of the table that has the column
 */
export function renderField(
  relation: Relation,
  column: Column,
  name: string,
  { json, mapping: overrides }: Pick<DocumentOptions, 'json' | 'mapping'>,
  alias = 't',
): RenderedField & RenderedValue & DocumentField & { readonly column: string } {
  const own = renderType(column.type, json);
  const override = listColumnNames(relation, column)
    .map((columnName) => overrides[columnName])
    .find((candidate) => candidate !== undefined);
  const { rendering, problem } =
    override === undefined ? { rendering: own } : renderOverride(column.type, override, json);
  if (rendering === undefined) throw refuseOverride(relation, column, override ?? {}, problem);
  const { render, mapping, narrowest, omitted } = rendering;
  const value = `${alias}.${quoteIdentifier(column.name)}`;
  return {
    name,
    column: column.name,
    mapping,
    ...(override !== undefined ? { overridden: own.mapping } : narrowest !== undefined && { narrowest }),
    value,
    sql: render(value),
    ...(omitted !== undefined && { omitted }),
  };
}
