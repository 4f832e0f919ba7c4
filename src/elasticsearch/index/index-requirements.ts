import type { FieldMapping } from '../../sync/field-mapping';
import type { NeededSetting } from '../blueprint/layer-settings';
import { countFields } from './count-fields';

/** Time for which Elasticsearch remembers deletions: after its default, 60 s, a delayed older write would undo one. */
export const GC_DELETES = '1h';

/** Setting for how many fields an index may have. */
export const FIELD_LIMIT = 'index.mapping.total_fields.limit';

/** Elasticsearch's own default of `index.mapping.total_fields.limit`. */
export const DEFAULT_FIELD_LIMIT = 1_000;

/** Without it vectors are left out of `_source`, and so of search answers, since 9.2. */
export const VECTORS_SETTING = 'index.mapping.exclude_source_vectors';

/** `index.mapping.total_fields.limit` for a mapping: never below Elasticsearch's default. */
export function fieldLimit(properties: Readonly<Record<string, FieldMapping>>, totalFields: number): number {
  return Math.max(DEFAULT_FIELD_LIMIT, countFields(properties), totalFields);
}

/** Settings without which an index is of no use to pgferry, each with its least value. */
export function listNeeds(properties: Readonly<Record<string, FieldMapping>>, totalFields: number): NeededSetting[] {
  const limit = fieldLimit(properties, totalFields);
  const remembered = parseTimeValue(GC_DELETES) ?? 0;
  return [
    { name: 'index.gc_deletes', value: GC_DELETES, isEnough: (value) => (parseTimeValue(value) ?? 0) >= remembered },
    { name: FIELD_LIMIT, value: String(limit), isEnough: (value) => Number(value) >= limit },
    ...(holdsVectors(properties)
      ? [{ name: VECTORS_SETTING, value: 'false', isEnough: (value: string) => value === 'false' }]
      : []),
  ];
}

/** Whether a field, or one within an object, is a vector. */
export function holdsVectors(properties: Readonly<Record<string, FieldMapping>>): boolean {
  return Object.values(properties).some(
    (mapping) =>
      mapping.type === 'dense_vector' ||
      holdsVectors((mapping['properties'] ?? {}) as Readonly<Record<string, FieldMapping>>),
  );
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a time value as Elasticsearch writes it: `60s`, `1h`; undefined for another form, such as `-1`. */
export function parseTimeValue(value: string): number | undefined {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/u.exec(value) ?? [];
  const factor = unit === undefined ? undefined : UNIT_MS[unit];
  return factor === undefined ? undefined : Number(amount) * factor;
}
