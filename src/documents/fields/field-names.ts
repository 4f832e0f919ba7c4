import { SyncFailure } from '../../sync/failures';
import { ROWS_FIELDS } from '../../sync/own-fields';
import { type Column, formatRelation, type Relation } from '../../sync/relation';
import { addedFieldNames, ATTACHMENT_FIELD } from './added-fields';
import { listColumnNames } from './column-names';
import type { DocumentOptions, RenamedField } from './document-options';
import { escapeFieldName } from './escape-field-name';

/** A column's field. */
export interface NamedField {
  readonly column: Column;
  readonly field: string;
}

/**
 * The field of each column that documents show: `{schema}_{table}_{column}` in lower case as Elastic's connector has
 * it, or the column's own name in plain mode.
 * @throws SyncFailure `MappingConflict` when two columns, or a column and a field that pgferry adds, share a name
 */
export function nameFields(
  relation: Relation,
  columns: readonly Column[],
  { fieldNames, attachment }: DocumentOptions,
): { readonly fields: readonly NamedField[]; readonly renamed: readonly RenamedField[] } {
  const added: readonly string[] = Object.values(addedFieldNames(fieldNames));
  const counts: readonly string[] = relation.branches === undefined ? [] : Object.values(ROWS_FIELDS);
  const taken = new Map([...added, ...counts].map((name) => [name, 'a field that pgferry adds']));
  const renamed: RenamedField[] = [];
  const fields = columns.map((column): NamedField => {
    const attached = attachment !== undefined && listColumnNames(relation, column).includes(attachment);
    const usual = fieldNames === 'plain' ? column.name : prefixedName(relation, column);
    const { name, reason } = escapeFieldName(attached ? ATTACHMENT_FIELD : usual);
    const owner = taken.get(name);
    if (owner !== undefined) throw nameConflict(relation, name, owner, column);
    taken.set(name, `column "${column.name}"`);
    if (reason !== undefined) renamed.push({ column: column.name, field: name, reason });
    return { column, field: name };
  });
  return { fields, renamed };
}

/** A rule may name its tables with their schema, which the field has before them. */
function prefixedName({ schema, table, tables }: Relation, column: Column): string {
  const named = tables?.map((name) => (name.startsWith(`${schema}.`) ? name.slice(schema.length + 1) : name));
  return [schema, ...[...(named ?? [table])].sort(), column.name].join('_').toLowerCase();
}

/** A rule's name tells nobody which one it is. */
function describeRelation(relation: Relation): string {
  const { tables } = relation;
  return tables === undefined ? formatRelation(relation) : `The advanced sync rule over ${tables.join(', ')}`;
}

function nameConflict(relation: Relation, field: string, owner: string, column: Column): SyncFailure {
  return new SyncFailure(
    'MappingConflict',
    `${describeRelation(relation)}: ${owner} and column "${column.name}" would both become the field ${field}`,
    'Exclude one of them by documents.exclude_columns, or set documents.field_names to the other mode.',
  );
}
