import type { FieldMapping } from '../../sync/field-mapping';

/** Fields as `index.mapping.total_fields.limit` counts them: objects, their fields, and multi-fields all count. */
export function countFields(properties: Readonly<Record<string, FieldMapping>>): number {
  return Object.values(properties).reduce(
    (sum, mapping) =>
      sum + 1 + countFields(innerFields(mapping, 'properties')) + countFields(innerFields(mapping, 'fields')),
    0,
  );
}

function innerFields(mapping: FieldMapping, key: 'properties' | 'fields'): Readonly<Record<string, FieldMapping>> {
  return (mapping[key] ?? {}) as Readonly<Record<string, FieldMapping>>;
}
