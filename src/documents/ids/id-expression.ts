import type { IdStyle } from '../../sync/document-owner';
import { SyncFailure } from '../../sync/failures';
import type { Relation } from '../../sync/relation';
import { quoteLiteral } from '../sql-text';
import { EMPTY_MARK, HASH_MARK, idPrefix, MAX_ID_BYTES } from './document-id';
import { joinKey, type KeyText } from './key-text';

const SHA256_HEX_DIGITS = 64;

/**
 * SQL of the document's id over the row alias `t`: `shop:public.orders:42`, `shop:public.lines:42,x%2Cy,%N`, or
 * `{prefix}%H{sha256}` where that is above 512 bytes. No two keys of any two relations share one; without a prefix, no two
 * keys of one relation, and a key that is an empty text is `%E`.
 * @throws SyncFailure `InvalidConfig` when connector and relation alone fill the 512 bytes
 */
export function idExpression(connectorId: string, relation: Relation, style: IdStyle = 'qualified'): string {
  const prefix = idPrefix(connectorId, relation, style);
  refuseLongPrefix(prefix, connectorId);
  const key = joinKey(relation, 't');
  const joined = prefix === '' ? withoutPrefix(relation, key) : `${quoteLiteral(prefix)} || ${key.sql}`;
  return key.isShort ? `(${joined})` : shorten(joined, prefix);
}

/** Texts of several columns have commas between them. */
function withoutPrefix({ key: columns }: Relation, { sql, isShort }: KeyText): string {
  if (columns.length > 0 && (isShort || columns.length > 1)) return sql;
  return `coalesce(nullif(${sql}, ''), ${quoteLiteral(EMPTY_MARK)})`;
}

function shorten(joined: string, prefix: string): string {
  const bytes = `convert_to(i.id, 'UTF8')`;
  const hashed = `${quoteLiteral(prefix + HASH_MARK)} || encode(sha256(${bytes}), 'hex')`;
  // A character is at most four bytes of UTF-8, so the first test spares nearly all ids the conversion.
  return (
    `(select case when octet_length(i.id) <= ${MAX_ID_BYTES / 4} then i.id ` +
    `when octet_length(${bytes}) <= ${MAX_ID_BYTES} then i.id else ${hashed} end ` +
    `from (select ${joined} as id offset 0) as i)`
  );
}

function refuseLongPrefix(prefix: string, connectorId: string): void {
  const bytes = new TextEncoder().encode(prefix).length;
  if (bytes + HASH_MARK.length + SHA256_HEX_DIGITS <= MAX_ID_BYTES) return;
  throw new SyncFailure(
    'InvalidConfig',
    `ids of connector ${connectorId} would be too long: ${prefix} alone has ${bytes} bytes`,
    'Give the connector a shorter connector_id.',
  );
}
