import { formatRelation, type QualifiedName } from '../../sync/relation';

/** Elasticsearch refuses ids above 512 bytes of UTF-8, and with one of them the whole bulk request. */
export const MAX_ID_BYTES = 512;

/** Stands for a null in a key: no value can make it, because `%` in a value becomes `%25`. */
export const NULL_MARK = '%N';

/** Stands before the hash of an id that is too long; no value can make it either. */
export const HASH_MARK = '%H';

/** The characters of a key's text that are percent-encoded, in the order in which they must be replaced. */
export const ENCODED_IN_KEY: readonly (readonly [character: string, code: string])[] = [
  ['%', '%25'],
  [',', '%2C'],
];

/** `{connector}:{schema}.{table}:`, what all ids of a relation start with. */
export function idPrefix(connectorId: string, relation: QualifiedName): string {
  return `${encodeURIComponent(connectorId)}:${formatRelation(relation)}:`;
}

/**
 * A document's id: `shop:public.orders:42`, `shop:public.lines:42,x%2Cy,%N`, or `{prefix}%H{sha256}` where that is
 * above 512 bytes. No two keys of any two relations share one. PostgreSQL computes the same (see `idExpression`).
 * @param sha256 hash of a text's UTF-8 as hexadecimal digits
 */
export function encodeId(prefix: string, key: readonly (string | null)[], sha256: (text: string) => string): string {
  const id = prefix + key.map(encodeKeyPart).join(',');
  return new TextEncoder().encode(id).length > MAX_ID_BYTES ? `${prefix}${HASH_MARK}${sha256(id)}` : id;
}

/** The texts of the key that an id holds, null for null; undefined when the id is a hash. */
export function decodeKey(id: string): (string | null)[] | undefined {
  const key = id.slice(id.indexOf(':', id.indexOf(':') + 1) + 1);
  return key.startsWith(HASH_MARK) ? undefined : key.split(',').map(decodeKeyPart);
}

function encodeKeyPart(part: string | null): string {
  if (part === null) return NULL_MARK;
  return ENCODED_IN_KEY.reduce((text, [character, code]) => text.replaceAll(character, code), part);
}

function decodeKeyPart(part: string): string | null {
  if (part === NULL_MARK) return null;
  return ENCODED_IN_KEY.reduceRight((text, [character, code]) => text.replaceAll(code, character), part);
}
