import type { FieldMapping } from '../../sync/field-mapping';

/** Longest keyword, in characters, that is indexed; longer ones stay in `_source`. Lucene refuses 32,766 bytes. */
const IGNORE_ABOVE = 1024;

export const KEYWORD: FieldMapping = { type: 'keyword', ignore_above: IGNORE_ABOVE };

export const TEXT: FieldMapping = { type: 'text', fields: { keyword: KEYWORD } };

/** Depth of JSON objects and arrays up to which they are indexed; Elasticsearch parses no document deeper than 1,000. */
export const MAX_JSON_DEPTH = 900;

export const FLATTENED: FieldMapping = { type: 'flattened', ignore_above: IGNORE_ABOVE, depth_limit: MAX_JSON_DEPTH };

/** A type that keeps values it can't index in `_source`: `"NaN"`, `"infinity"`, year 20000. */
export function lenient(type: string): FieldMapping {
  return { type, ignore_malformed: true };
}
