import type { DocumentField, FieldMapping, IndexMapping } from '../sync/field-mapping';
import type { Projection } from './projection';

/** A column of a relation with the mapping that it needs. */
interface MappedColumn {
  readonly relation: string;
  readonly column: string;
  readonly mapping: FieldMapping;
  /** The narrowest mapping that holds its values. */
  readonly narrowest: FieldMapping;
}

/** Two columns that want the same field with different mappings. */
export interface MappingConflict {
  readonly field: string;
  readonly first: MappedColumn;
  readonly second: MappedColumn;
  /** A sentence that names both. */
  readonly message: string;
}

/** The wider of two types that hold the same values: a field fed by both takes it. */
const WIDER: Readonly<Record<string, string>> = {
  'integer long': 'long',
  'double float': 'double',
  'double integer': 'double',
};

/**
 * The mapping that all projections of an index need together, and where they contradict each other. A field that
 * several relations share takes the wider of integer and long, and of float or integer and double; a column of int4 that
 * has room for more by itself gives it up beside a double.
 */
export function buildMapping(projections: readonly Projection[]): {
  readonly mapping: IndexMapping;
  readonly conflicts: readonly MappingConflict[];
} {
  const fields = new Map<string, MappedColumn>();
  const conflicts: MappingConflict[] = [];
  for (const { relation, fields: own } of projections) {
    for (const field of own) {
      const second = mappedColumn(relation, field);
      const first = fields.get(field.name);
      const merged = first === undefined ? second : mergeColumns(first, second);
      if (merged !== undefined) fields.set(field.name, merged);
      else if (first !== undefined) conflicts.push(describeConflict(field.name, first, second));
    }
  }
  const properties = Object.fromEntries([...fields].map(([name, { mapping }]) => [name, mapping]));
  const narrowest = Object.fromEntries([...fields].map(([name, field]) => [name, field.narrowest]));
  return { mapping: { dynamic: false, properties, narrowest }, conflicts };
}

/** The fields to which the file gives a mapping, with the one that their column's type has. */
export function listOverridden(projections: readonly Projection[]): IndexMapping['properties'] {
  const fields = projections.flatMap(({ fields: own }) => own);
  return Object.fromEntries(
    fields.flatMap(({ name, overridden }) => (overridden === undefined ? [] : [[name, overridden]])),
  );
}

/** Counts the fields against `index.mapping.total_fields.limit`: objects, leaves and multi-fields. */
export function totalFields({ properties }: Pick<IndexMapping, 'properties'>): number {
  return Object.values(properties).reduce((total, mapping) => total + 1 + childFields(mapping), 0);
}

function childFields({ properties, fields }: FieldMapping): number {
  return [properties, fields].reduce<number>(
    (total, children) => total + (isMappings(children) ? totalFields({ properties: children }) : 0),
    0,
  );
}

function isMappings(value: unknown): value is Readonly<Record<string, FieldMapping>> {
  return typeof value === 'object' && value !== null;
}

function mappedColumn(
  relation: string,
  { name, column = name, mapping, narrowest = mapping }: DocumentField,
): MappedColumn {
  return { relation, column, mapping, narrowest };
}

function mergeColumns(first: MappedColumn, second: MappedColumn): MappedColumn | undefined {
  const narrowest = mergeMappings(first.narrowest, second.narrowest);
  if (narrowest === undefined) return undefined;
  return { ...first, narrowest, mapping: mergeMappings(first.mapping, second.mapping) ?? narrowest };
}

function mergeMappings(first: FieldMapping, second: FieldMapping): FieldMapping | undefined {
  if (canonicalJson(first) === canonicalJson(second)) return first;
  const wider = WIDER[[first.type, second.type].sort().join(' ')];
  const widened = wider === undefined ? undefined : { ...first, type: wider };
  return widened !== undefined && canonicalJson(widened) === canonicalJson({ ...second, type: wider })
    ? widened
    : undefined;
}

/** JSON with its keys in order, so that equal mappings give equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function describeConflict(field: string, first: MappedColumn, second: MappedColumn): MappingConflict {
  const describe = ({ relation, column, mapping }: MappedColumn): string =>
    `column "${column}" of ${relation} needs ${mapping.type ?? 'object'}`;
  const message = `field ${field}: ${describe(first)}, but ${describe(second)}`;
  return { field, first, second, message };
}
