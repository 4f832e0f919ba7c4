import { SyncFailure } from '../sync/failures';
import type { Rollup } from '../sync/relation';
import { baseOf, type Column, type ColumnType, formatRelation } from '../sync/relation';
import { type BranchField, fromBranch, inOrder, type PlacedBranch } from './branch-rows';
import type { DocumentOptions } from './fields/document-options';
import { lenient } from './fields/field-mappings';
import { renderField } from './render-field';
import { quoteIdentifier } from './sql-text';
import { renderType } from './types/render-type';
import type { Rendering } from './types/rendering';

/** Types of numbers, each with the type of their sum. */
const SUMS: Readonly<Record<string, string>> = {
  int2: 'int8',
  int4: 'int8',
  int8: 'numeric',
  numeric: 'numeric',
  float4: 'float4',
  float8: 'float8',
  money: 'money',
};

/** A figure of a list's rows as a field: over all rows, also those behind the list's limit. */
export function renderRollup(placed: PlacedBranch, rollup: Rollup, options: DocumentOptions): BranchField {
  const { field: name, figure, column } = rollup;
  if (column === undefined) {
    const mapping = lenient('long');
    return { name, sql: `(select count(*) ${fromBranch(placed)})`, mapping, narrowest: mapping };
  }
  return figure === 'ids' ? renderIds(placed, name, column, options) : renderFigure(placed, rollup, column, options);
}

function renderIds(placed: PlacedBranch, name: string, column: Column, options: DocumentOptions): BranchField {
  const { sql, mapping, narrowest } = renderField(placed.branch.relation, column, name, options, placed.row);
  const rows = `select ${sql} as v ${fromBranch(placed)}${inOrder(placed, false)}`;
  return {
    name,
    sql: `(select coalesce(json_agg(r.v), '[]'::json) from (${rows}) as r)`,
    mapping,
    narrowest: narrowest ?? mapping,
  };
}

function renderFigure(
  placed: PlacedBranch,
  { field: name, figure }: Rollup,
  column: Column,
  { json }: DocumentOptions,
): BranchField {
  const { render, mapping, narrowest = mapping } = renderingOf(placed, figure, column, json);
  const bytewise = figure !== 'sum' && isText(column.type) ? ' collate "C"' : '';
  const value = `${placed.row}.${quoteIdentifier(column.name)}${bytewise}`;
  return { name, sql: render(`(select ${figure}(${value}) ${fromBranch(placed)})`), mapping, narrowest };
}

function renderingOf(
  { branch }: PlacedBranch,
  figure: Rollup['figure'],
  column: Column,
  json: DocumentOptions['json'],
): Rendering {
  if (figure !== 'sum') return renderType(column.type, json);
  const base = baseOf(column.type);
  const sum = base.kind === 'base' ? SUMS[base.name] : undefined;
  if (sum === undefined) {
    throw new SyncFailure(
      'InvalidConfig',
      `documents.nested: column "${column.name}" of ${formatRelation(branch.relation)} is of type ` +
        `${column.type.sqlName}, which has no sum`,
      'Take a column of numbers, or another figure.',
    );
  }
  return renderType({ kind: 'base', name: sum, sqlName: sum, modifier: -1 }, json);
}

function isText(type: ColumnType): boolean {
  const base = baseOf(type);
  return base.kind === 'base' && ['text', 'varchar', 'bpchar', 'citext', 'name'].includes(base.name);
}
