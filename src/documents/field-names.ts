import { SyncFailure } from '../sync/failures';
import { type Column, formatRelation, type Relation } from '../sync/relation';
import { addedFieldNames, ATTACHMENT_FIELD } from './added-fields';
import { listColumnNames } from './column-names';
import { type DocumentOptions, type RenamedField } from './projection';

/** Names that Elasticsearch keeps for its metadata, here or in some version since 7 [measured on 9.5.3: MetadataFieldMapper]. */
const METADATA: ReadonlySet<string> = new Set(
  (
    '_id _source _index _type _routing _field_names _ignored _ignored_source _seq_no _primary_term _version ' +
    '_nested_path _doc_count _tier _data_stream_timestamp _feature _size _tsid _ts_routing_hash _inference_fields ' +
    '_recovery_source _index_mode _parent _all _uid _ttl'
  ).split(' '),
);

/** The name under which Elasticsearch takes a column, and why it is another one if it is. */
export function escapeFieldName(name: string): { readonly name: string; readonly reason?: string } {
  if (name.trim() === '') return { name: '_'.repeat(name.length), reason: 'Elasticsearch refuses blank field names' };
  if (METADATA.has(name)) return { name: `${name}_`, reason: `Elasticsearch keeps the field ${name} for itself` };
  if (name.includes('.')) return { name: name.replaceAll('.', '_'), reason: 'a dot would make an object' };
  return { name };
}

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
  const taken = new Map(Object.values(addedFieldNames(fieldNames)).map((name) => [name, 'a field that pgferry adds']));
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

function prefixedName({ schema, table, tables }: Relation, column: Column): string {
  return [schema, ...[...(tables ?? [table])].sort(), column.name].join('_').toLowerCase();
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
