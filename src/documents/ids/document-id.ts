import { documentIdPrefix, type IdStyle } from '../../sync/document-owner';
import { formatRelation, type QualifiedName } from '../../sync/relation';

/** Elasticsearch refuses ids above 512 bytes of UTF-8, and with one of them the whole bulk request. */
export const MAX_ID_BYTES = 512;

/** Stands for a null in a key: no value can make it, because `%` in a value becomes `%25`. */
export const NULL_MARK = '%N';

/** Stands before the hash of an id that is too long; no value can make it either. */
export const HASH_MARK = '%H';

/** Stands for an id that would be empty: the key is an empty text. No value can make it. */
export const EMPTY_MARK = '%E';

/** The characters of a key's text that are percent-encoded, in the order in which they must be replaced. */
export const ENCODED_IN_KEY: readonly (readonly [character: string, code: string])[] = [
  ['%', '%25'],
  [',', '%2C'],
];

/** `{connector}:{schema}.{table}:`, what all ids of a relation start with; nothing where they are keys alone. */
export function idPrefix(connectorId: string, relation: QualifiedName, style: IdStyle = 'qualified'): string {
  const name = formatRelation(relation);
  return documentIdPrefix({ connectorId, ...(style === 'key' ? { soleRelation: name } : {}) }, name);
}
