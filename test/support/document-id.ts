import { createHash } from 'node:crypto';

import { EMPTY_MARK, ENCODED_IN_KEY, HASH_MARK, MAX_ID_BYTES, NULL_MARK } from '../../src/documents/ids/document-id';

/**
 * The id of the document with a key, as `idExpression` has PostgreSQL compute it.
 */
export function encodeId(prefix: string, key: readonly (string | null)[]): string {
  const id = prefix + key.map(encodeKeyPart).join(',') || EMPTY_MARK;
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
