import type { FieldMapping } from '../../sync/field-mapping';
import type { Properties } from '../blueprint/index-content';

/**
 * The fields of an index as pgferry would make them today: earlier versions mapped int2 and int4 as `integer`, and a
 * column may have become a bigint since. It answers the same queries as `long`, with all that people added to it.
 */
export function widenIntegers(existing: Properties, wanted: Properties): Properties {
  return Object.fromEntries(
    Object.entries(existing).map(([name, field]) => {
      const needed = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
      return [name, needed === undefined ? field : widenField(field, needed)];
    }),
  );
}

function widenField(field: FieldMapping, needed: FieldMapping): FieldMapping {
  if (field.type === 'integer' && needed.type === 'long') return { ...field, type: 'long' };
  const [properties, inside] = [field['properties'], needed['properties']];
  if (properties === undefined || inside === undefined) return field;
  return { ...field, properties: widenIntegers(properties as Properties, inside as Properties) };
}
