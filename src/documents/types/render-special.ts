import { lenient } from '../fields/field-mappings';
import { type BaseType, printedAsIs, printedBy, type Rendering } from './rendering';

/** Elasticsearch parses no number of more than 1,000 characters, but takes it as a string. */
const MAX_NUMBER_DIGITS = 900;

/** Dimensions of the largest vector that Elasticsearch can hold. */
const MAX_VECTOR_DIMENSIONS = 4096;

/** Numbers keep all their digits; only a `numeric` without a precision can hold too many of them. */
export function renderNumeric({ modifier }: BaseType): Rendering {
  const mapping = lenient('double');
  if (modifier >= 0 && longestNumber(modifier) <= MAX_NUMBER_DIGITS) return printedAsIs(mapping);
  return printedBy(
    (value) =>
      `case when ${value} between -1e300 and 1e300 and scale(${value}) <= 600 ` +
      `then to_json(${value}) else to_json(${value}::text) end`,
    mapping,
  );
}

/** Precision and scale as numeric's modifier packs them (`numeric_typmod_precision` in PostgreSQL's numeric.c). */
function longestNumber(modifier: number): number {
  const packed = modifier - 4;
  const scale = ((packed & 0x7ff) ^ 1024) - 1024;
  return ((packed >> 16) & 0xffff) + Math.abs(scale);
}

/** An `ip_range` refuses CIDR notation of IPv4 addresses that are mapped into IPv6; it takes their first and last one. */
export function renderCidr(value: string): string {
  return `case
    when family(${value}) = 6 and ${value} <<= '::ffff:0:0/96'::inet
      then json_build_object('gte', host(${value}), 'lte', host(broadcast(${value})))
    else to_json(${value})
  end`;
}

/** pgvector's vectors print as JSON. Cosine similarity, the default, has no place for a vector of zeros. */
export function renderVector({ modifier }: BaseType): Rendering {
  if (modifier < 1 || modifier > MAX_VECTOR_DIMENSIONS) return printedBy(vectorText, { type: 'float', index: false });
  return printedBy(vectorText, { type: 'dense_vector', dims: modifier });
}

function vectorText(value: string): string {
  return `case when ${value}::text ~ '[1-9]' then ${value}::text::json end`;
}

/** PostGIS casts a geometry to GeoJSON; a geography must become a geometry first, whose type is in the same schema. */
export function renderGeometry({ name, sqlName }: BaseType): Rendering {
  const geometry = sqlName.replace(/\(.*$/, '').replace(/geography("?)$/, 'geometry$1');
  const cast = name === 'geography' ? `::${geometry}::json` : '::json';
  return printedBy((value) => `${value}${cast}`, { type: 'geo_shape', ignore_malformed: true });
}
