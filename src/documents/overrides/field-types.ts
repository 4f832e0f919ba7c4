/** Field types of Elasticsearch by what they take. Types that none of these holds get the value as it is without an override. */
const GROUPS = {
  /** Texts; numbers and booleans count as their text. */
  text: ['text', 'keyword'],
  /** Texts and nothing else. */
  string: [
    'match_only_text',
    'search_as_you_type',
    'semantic_text',
    'constant_keyword',
    'wildcard',
    'version',
    'token_count',
  ],
  completion: ['completion'],
  number: ['byte', 'short', 'integer', 'long', 'unsigned_long', 'half_float', 'float', 'double', 'scaled_float'],
  rankFeature: ['rank_feature'],
  boolean: ['boolean'],
  date: ['date', 'date_nanos'],
  ip: ['ip'],
  numberRange: ['integer_range', 'long_range', 'float_range', 'double_range'],
  dateRange: ['date_range'],
  ipRange: ['ip_range'],
  point: ['geo_point', 'point'],
  shape: ['geo_shape', 'shape'],
  vector: ['dense_vector'],
  object: ['object', 'nested', 'flattened'],
  features: ['rank_features', 'sparse_vector'],
  /** Objects of certain keys. */
  summary: ['histogram', 'aggregate_metric_double'],
  /** Text, or an object. */
  join: ['join'],
  query: ['percolator'],
  binary: ['binary'],
} as const;

export type FieldGroup = keyof typeof GROUPS;

const GROUP_BY_TYPE: ReadonlyMap<string, FieldGroup> = new Map(
  (Object.keys(GROUPS) as FieldGroup[]).flatMap((group) => GROUPS[group].map((type) => [type, group] as const)),
);

/** The group of a field type; undefined for one that pgferry does not know. */
export function findFieldGroup(type: string): FieldGroup | undefined {
  return GROUP_BY_TYPE.get(type);
}

/** Every field type that pgferry knows. */
export const FIELD_TYPES: readonly string[] = [...GROUP_BY_TYPE.keys()];
