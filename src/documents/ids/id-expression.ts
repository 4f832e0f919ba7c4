import { SyncFailure } from '../../sync/failures';
import { baseOf, type Column, type ColumnType, type Relation } from '../../sync/relation';
import { quoteIdentifier, quoteLiteral } from '../sql-text';
import { ENCODED_IN_KEY, HASH_MARK, idPrefix, MAX_ID_BYTES, NULL_MARK } from './document-id';

/** Types whose text is short and holds neither `%` nor `,`, so that it needs no encoding. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(
  (
    'int2 int4 int8 oid xid8 bool float4 float8 money uuid date time timetz timestamp timestamptz interval ' +
    'pg_lsn macaddr macaddr8 inet cidr'
  ).split(' '),
);

const SHA256_HEX_DIGITS = 64;

/**
 * SQL of the document's id over the row alias `t`: `shop:public.orders:42`, `shop:public.lines:42,x%2Cy,%N`, or
 * `{prefix}%H{sha256}` where that is above 512 bytes. No two keys of any two relations share one.
 * @throws SyncFailure `InvalidConfig` when connector and relation alone fill the 512 bytes
 */
export function idExpression(connectorId: string, relation: Relation): string {
  const prefix = idPrefix(connectorId, relation);
  refuseLongPrefix(prefix, connectorId);
  const parts = relation.key.map((name) => keyPart(findColumn(relation, name)));
  const joined = [quoteLiteral(prefix), parts.map(({ sql }) => sql).join(` || ',' || `)].join(' || ');
  return parts.every(({ bounded }) => bounded) && parts.length <= 4 ? `(${joined})` : shorten(joined, prefix);
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

function keyPart(column: Column): { readonly sql: string; readonly bounded: boolean } {
  const bounded = isPlain(column.type);
  const text = keyText(column);
  const encoded = bounded
    ? text
    : ENCODED_IN_KEY.reduce(
        (sql, [character, code]) => `replace(${sql}, ${quoteLiteral(character)}, ${quoteLiteral(code)})`,
        text,
      );
  return { sql: column.notNull ? encoded : `coalesce(${encoded}, ${quoteLiteral(NULL_MARK)})`, bounded };
}

/** The key's text must not depend on the session: money prints by `lc_monetary`, regclass by `search_path`. */
function keyText({ name, type }: Column): string {
  const value = `t.${quoteIdentifier(name)}`;
  const base = baseOf(type);
  if (base.kind === 'base' && base.name === 'money') return `${value}::numeric::text`;
  if (base.kind === 'base' && base.name.startsWith('reg')) return `${value}::oid::text`;
  return `${value}::text`;
}

function isPlain(type: ColumnType): boolean {
  const base = baseOf(type);
  return base.kind === 'base' && PLAIN_TYPES.has(base.name);
}

function findColumn(relation: Relation, name: string): Column {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`${relation.table} has no column ${name}, which its key names`);
  return column;
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
