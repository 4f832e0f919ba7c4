/** What a document holds of a field, by its type, in the forms that Elastic's reference shows of it. */
export const DOCUMENTED_FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  // "text/match-only-text", "search-as-you-type", "semantic-text", "keyword", "version", "token-count": a text, or a list.
  match_only_text: listOrOne(isText),
  search_as_you_type: listOrOne(isText),
  semantic_text: listOrOne(isText),
  constant_keyword: listOrOne(isText),
  wildcard: listOrOne(isText),
  version: listOrOne(isText),
  token_count: listOrOne(isText),
  // "number"
  unsigned_long: listOrOne((value) => isNumber(value) && Number.isInteger(value)),
  scaled_float: listOrOne(isNumber),
  // "rank-feature": `"pagerank": 8`; "rank-features": `"topics": { "politics": 20 }`.
  rank_feature: isNumber,
  rank_features: (value) => isObject(value) && Object.values(value).every(isNumber),
  // "point": `[-71.34, 41.12]`, `{"x": …, "y": …}`, GeoJSON, `POINT (…)` or `"x,y"`.
  point: listOrOne((value) => isPair(value) || isObject(value) || isText(value)),
  // "geo-shape", "shape": GeoJSON, with the type `Envelope` of Elastic's own, or WKT.
  geo_shape: listOrOne((value) => isGeoJson(value)),
  shape: listOrOne((value) => isGeoJson(value)),
  // "histogram": `{"values": [0.1, 0.2], "counts": [3, 7]}`
  histogram: (value) => isObject(value) && isNumbers(value['values']) && isNumbers(value['counts']),
  // "aggregate-metric-double": `{"min": -302.50, "max": 702.30}`
  aggregate_metric_double: (value) => isObject(value) && isNumber(value['min']) && isNumber(value['max']),
  // "parent-join": `"question"` or `{"name": "answer", "parent": "1"}`
  join: (value) => isText(value) || (isObject(value) && isText(value['name'])),
  // "percolator": a query.
  percolator: (value) => isObject(value) && isObject(value['match_all']),
};

const SHAPES: ReadonlySet<unknown> = new Set(['Point', 'LineString', 'Polygon', 'Envelope']);

function isGeoJson(value: unknown): boolean {
  return isObject(value) && SHAPES.has(value['type']) && Array.isArray(value['coordinates']);
}

function listOrOne(isForm: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => isForm(value) || (Array.isArray(value) && value.length > 0 && value.every(isForm));
}

function isPair(value: unknown): boolean {
  return isNumbers(value) && value.length === 2;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
