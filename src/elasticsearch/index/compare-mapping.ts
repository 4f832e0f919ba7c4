import { SyncFailure } from '../../sync/failures';
import type { FieldMapping, IndexMapping } from '../../sync/field-mapping';
import { OWN_FIELDS, ROWS_FIELDS } from '../../sync/own-fields';

type Properties = Readonly<Record<string, FieldMapping>>;

/** A field that an index has with a type that can't take the documents' values. */
export interface FieldConflict {
  readonly field: string;
  readonly existing: string;
  readonly wanted: string;
}

/** Fields that an index lacks for a mapping, and those that conflict. */
export interface MappingDifference {
  /** Fields to put; nested ones within their object. */
  readonly missing: Properties;
  readonly conflicts: readonly FieldConflict[];
}

/** Fields on whose exact type queries rely. */
export const EXACT_FIELDS: ReadonlySet<string> = new Set<string>([
  ...Object.values(ROWS_FIELDS),
  OWN_FIELDS.relation,
  OWN_FIELDS.bucket,
  OWN_FIELDS.idHash,
  OWN_FIELDS.fingerprint,
]);

/** Types that take every value of the type they stand beside, so that an index that has them can be used as it is. */
const TAKERS: Readonly<Record<string, readonly string[]>> = {
  text: ['keyword', 'match_only_text', 'wildcard', 'search_as_you_type', 'semantic_text'],
  keyword: ['text', 'match_only_text', 'wildcard', 'search_as_you_type'],
  short: ['integer', 'long', 'float', 'double', 'half_float', 'scaled_float'],
  integer: ['long', 'float', 'double', 'scaled_float'],
  long: ['float', 'double', 'scaled_float'],
  float: ['double', 'half_float', 'scaled_float'],
  double: ['float', 'scaled_float'],
  date: ['date_nanos'],
  object: ['nested', 'flattened'],
  nested: ['object'],
  flattened: ['object'],
};

/**
 * Compares the fields that an index has with those that documents need: one that is there has to hold all values, one
 * that is missing is put as wanted. Fields that only the index has don't matter.
 */
export function compareMapping(
  existing: Properties,
  { properties, narrowest = properties }: Pick<IndexMapping, 'properties' | 'narrowest'>,
  path = '',
): MappingDifference {
  const missing: Record<string, FieldMapping> = {};
  const conflicts: FieldConflict[] = [];
  for (const [name, mapping] of Object.entries(properties)) {
    const present = Object.hasOwn(existing, name) ? existing[name] : undefined;
    const needed = (Object.hasOwn(narrowest, name) ? narrowest[name] : undefined) ?? mapping;
    if (present === undefined) {
      missing[name] = mapping;
    } else if (!takes(present, needed, path === '' && EXACT_FIELDS.has(name))) {
      conflicts.push({ field: path + name, existing: describeType(present), wanted: describeType(mapping) });
    } else if (typeOf(present) !== 'flattened') {
      const inside = { properties: propertiesOf(mapping), narrowest: propertiesOf(needed) };
      const inner = compareMapping(propertiesOf(present), inside, `${path}${name}.`);
      conflicts.push(...inner.conflicts);
      if (Object.keys(inner.missing).length > 0)
        missing[name] = { ...typeParameter(present), properties: inner.missing };
    }
  }
  return { missing, conflicts };
}

function takes(existing: FieldMapping, wanted: FieldMapping, isExact: boolean): boolean {
  const [existingType, wantedType] = [typeOf(existing), typeOf(wanted)];
  // An index may leave the number of dimensions open until the first vector.
  const isSameLength = [undefined, wanted['dims']].includes(existing['dims']);
  if (existingType === wantedType) return isSameLength && takesFormats(existing, wanted);
  return !isExact && holdsValuesOf(existingType, wantedType);
}

const DEFAULT_FORMAT = 'strict_date_optional_time||epoch_millis';

/** Dates are written as a `format` that is asked for has it, and Elasticsearch changes none of a field that is there. */
function takesFormats({ format = DEFAULT_FORMAT }: FieldMapping, { format: wanted }: FieldMapping): boolean {
  if (typeof format !== 'string' || typeof wanted !== 'string') return true;
  const present = new Set(format.split('||'));
  return wanted.split('||').every((alternative) => present.has(alternative));
}

/** Whether a field of one type holds every value of another type. */
export function holdsValuesOf(type: string, wanted: string): boolean {
  return TAKERS[wanted]?.includes(type) ?? false;
}

function typeOf(mapping: FieldMapping): string {
  return mapping.type ?? 'object';
}

function typeParameter({ type }: FieldMapping): { type?: string } {
  return type === undefined ? {} : { type };
}

function describeType(mapping: FieldMapping): string {
  const { dims, format } = mapping;
  if (typeof format === 'string') return `${typeOf(mapping)} in the format ${format}`;
  return typeof dims === 'number' ? `${typeOf(mapping)}(${dims})` : typeOf(mapping);
}

function propertiesOf(mapping: FieldMapping): Properties {
  return (mapping['properties'] ?? {}) as Properties;
}

/** @throws SyncFailure `MappingConflict` naming every field of an index whose type can't take the documents' values */
export function assertNoConflict(concrete: string, conflicts: readonly FieldConflict[]): void {
  if (conflicts.length === 0) return;
  const fields = conflicts.map(({ field, existing, wanted }) => `${field} is ${existing}, needs ${wanted}`).join('; ');
  throw new SyncFailure('MappingConflict', `The index ${concrete} has fields of other types: ${fields}.`);
}
