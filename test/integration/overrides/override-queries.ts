import type { estypes } from '@elastic/elasticsearch';

import { type FieldGroup, findFieldGroup } from '../../../src/documents/overrides/field-types';
import type { FieldMapping } from '../../../src/sync/field-mapping';

/** The mapping under which a pair is tested. */
export function mappingOf(fieldType: string, source: string): FieldMapping {
  const group = findFieldGroup(fieldType);
  if (group === 'vector') return { type: fieldType, dims: source.startsWith('numeric') ? 3 : 3, similarity: 'l2_norm' };
  if (fieldType === 'object' || fieldType === 'nested')
    return { type: fieldType, properties: { a: { type: 'keyword' } } };
  if (group === 'binary') return { type: fieldType, doc_values: true };
  if (group === 'date' && source === 'time') return { type: fieldType, format: 'HH:mm:ss' };
  return { type: fieldType };
}

/** A search that finds the documents in whose field is what is looked for. */
export function searchFor(field: string, fieldType: string, find: unknown): estypes.SearchRequest {
  if (fieldType === 'completion') {
    return { suggest: { found: { prefix: String(find), completion: { field } } } };
  }
  if (fieldType === 'dense_vector') {
    // The distance up to which vectors are found.
    return { knn: { field, query_vector: [1, 2, 3], k: 10, num_candidates: 10, similarity: 0.001 } };
  }
  return { query: queryFor(field, fieldType, find) };
}

function queryFor(field: string, fieldType: string, find: unknown): estypes.QueryDslQueryContainer {
  const value = find as string;
  if (fieldType === 'nested') return { nested: { path: field, query: { term: { [`${field}.a`]: value } } } };
  if (fieldType === 'object' || fieldType === 'flattened') return { term: { [`${field}.a`]: value } };
  const group = findFieldGroup(fieldType) ?? 'text';
  return QUERIES[group]?.(field, value) ?? { term: { [field]: value } };
}

const BERLIN = { lat: 52.5, lon: 13.4 };

const QUERIES: Partial<Record<FieldGroup, (field: string, find: string) => estypes.QueryDslQueryContainer>> = {
  text: (field, find) => ({ match: { [field]: find } }),
  date: (field, find) => ({
    range: { [field]: { gte: find, lte: find, ...(typeof find === 'number' ? { format: 'epoch_millis' } : {}) } },
  }),
  // Whole degrees are some ten kilometres away.
  point: (field) => ({ geo_distance: { distance: '100km', [field]: BERLIN } }),
  features: (field) => ({ exists: { field } }),
  binary: (field) => ({ exists: { field } }),
};
