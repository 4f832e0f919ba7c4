import type { FieldMapping } from '../../sync/field-mapping';

/** Columns that become objects whose fields nobody can search for: neither are they mapped, nor would any be. */
export function findUnmappedObjects(overrides: Readonly<Record<string, FieldMapping>>): string[] {
  return Object.entries(overrides).flatMap(([column, { type = 'object', properties, dynamic, enabled }]) => {
    const isObject = type === 'object' || type === 'nested';
    const isMapped = properties !== undefined || dynamic !== undefined || enabled === false;
    return isObject && !isMapped ? [column] : [];
  });
}
