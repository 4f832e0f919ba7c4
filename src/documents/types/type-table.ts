import type { FieldMapping } from '../../sync/field-mapping';
import { FLATTENED, KEYWORD, lenient, TEXT } from '../fields/field-mappings';
import { renderBytes } from './render-bytes';
import { renderJson, renderJsonb } from './render-json';
import { renderCidr, renderGeometry, renderNumeric, renderVector } from './render-special';
import { type BaseType, printedAs, printedAsIs, printedBy, type Rendering } from './rendering';

/** A row of the table: how values of some types become JSON, and how they are mapped. */
export interface TypeMapping {
  /** Names as in `pg_type.typname`. */
  readonly types: readonly string[];
  /** The content of the document's field, in words; goes to docs/type-mapping.md. */
  readonly document: string;
  readonly rendering: Rendering | ((type: BaseType, json: 'flattened' | 'object') => Rendering);
}

/** Every base type that pgferry knows; any other one becomes its text. Arrays, domains and so on follow from these. */
export const TYPE_TABLE: readonly TypeMapping[] = [
  {
    types: ['int2', 'int4'],
    document: 'number',
    // Keys outgrow int4: the column may become a bigint under the same mapping.
    rendering: { ...printedAsIs(lenient('long')), narrowest: lenient('integer') },
  },
  { types: ['int8'], document: 'number', rendering: printedAsIs(lenient('long')) },
  { types: ['oid'], document: 'number', rendering: printedAs('bigint', lenient('long')) },
  {
    types: ['numeric'],
    document: 'number with all its digits; a string for NaN, infinities and beyond 1e300 or 600 decimals',
    rendering: renderNumeric,
  },
  { types: ['money'], document: 'number', rendering: printedAs('numeric', lenient('double')) },
  { types: ['float4'], document: 'number; NaN and infinities as strings', rendering: printedAsIs(lenient('float')) },
  { types: ['float8'], document: 'number; NaN and infinities as strings', rendering: printedAsIs(lenient('double')) },
  { types: ['bool'], document: 'true or false', rendering: printedAsIs(lenient('boolean')) },
  { types: ['text', 'varchar', 'name'], document: 'string', rendering: printedAsIs(TEXT) },
  { types: ['bpchar'], document: 'string without trailing blanks', rendering: printedAs('text', TEXT) },
  { types: ['citext', 'xml'], document: 'string', rendering: printedAs('text', TEXT) },
  { types: ['uuid', 'macaddr', 'macaddr8', 'pg_lsn'], document: 'string', rendering: printedAsIs(KEYWORD) },
  { types: ['bit', 'varbit'], document: 'string of 0 and 1', rendering: printedAsIs(KEYWORD) },
  { types: ['time', 'timetz'], document: 'string, ISO 8601', rendering: printedAsIs(KEYWORD) },
  { types: ['interval'], document: 'string, ISO 8601: `P1Y2M3DT4H`', rendering: printedAsIs(KEYWORD) },
  {
    types: ['date', 'timestamp', 'timestamptz'],
    document: 'string, ISO 8601, in UTC; infinity, BC and years past 9999 are kept but not indexed',
    rendering: printedAsIs(lenient('date')),
  },
  {
    types: ['jsonb'],
    document: 'object, or list of objects; anything else as `{"value": …}`',
    rendering: (_, json) => ({ mapping: jsonMapping(json), render: renderJsonb }),
  },
  {
    types: ['json'],
    document: 'as jsonb; what jsonb refuses, such as `"\\u0000"`, as `{"value": "its text"}`',
    rendering: (_, json) => ({ mapping: jsonMapping(json), render: renderJson }),
  },
  {
    types: ['hstore'],
    document: 'object of strings',
    rendering: { mapping: FLATTENED, render: (value) => renderJsonb(`${value}::jsonb`) },
  },
  {
    types: ['bytea'],
    document: 'string, base64; values above 10 MB are left out, and counted as `omitted`',
    rendering: renderBytes(),
  },
  {
    types: ['inet'],
    document: 'string; one with a mask is kept but not indexed',
    rendering: printedAsIs(lenient('ip')),
  },
  {
    types: ['cidr'],
    document: 'string; `{"gte", "lte"}` within ::ffff:0:0/96',
    rendering: printedBy(renderCidr, { type: 'ip_range' }),
  },
  { types: ['vector', 'halfvec'], document: 'list of numbers; null for a vector of zeros', rendering: renderVector },
  { types: ['geometry', 'geography'], document: 'GeoJSON', rendering: renderGeometry },
];

/** Rendering of any other type: its text. */
export const OTHER_TYPE: Rendering = printedAs('text', KEYWORD);

/** Types whose lists Elasticsearch can't take as their element: a list of vectors is refused. */
export const NOT_IN_LISTS: ReadonlySet<string> = new Set(['vector', 'halfvec']);

/** With `object` every key becomes a field, mapped by what comes first: rows that contradict are rejected. */
function jsonMapping(json: 'flattened' | 'object'): FieldMapping {
  return json === 'flattened' ? FLATTENED : { type: 'object', dynamic: true };
}
