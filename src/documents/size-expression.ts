import { baseOf, type Column, type ColumnType } from '../sync/relation';
import { quoteIdentifier } from './sql-text';
import { MAX_BINARY_BYTES } from './types/render-bytes';

/** Base types whose values can be large; `octet_length` knows the length of these without detoasting them. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'citext', 'bpchar']);

/** Base types whose values are always small. */
const SMALL: ReadonlySet<string> = new Set(
  (
    'int2 int4 int8 oid numeric money float4 float8 bool name uuid macaddr macaddr8 pg_lsn bit time timetz interval ' +
    'date timestamp timestamptz inet cidr point line lseg box circle char xid xid8 cid tid regclass ' +
    'regproc regtype regrole'
  ).split(' '),
);

/** Characters up to which a varchar(n) counts as small. */
const SMALL_VARCHAR = 10_000;

/**
 * SQL of the bytes of a row's values that may be large; undefined when none can be. Leaves out what documents leave out.
 * @param alias - of the table that has the columns
 */
export function sizeExpression(columns: readonly Column[], alias = 't'): string | undefined {
  const parts = columns.flatMap((column) => sizeOf(column, alias) ?? []);
  return parts.length === 0 ? undefined : `(${parts.map((part) => `coalesce(${part}, 0)::bigint`).join(' + ')})`;
}

function sizeOf({ name, type }: Column, alias: string): string | undefined {
  const value = `${alias}.${quoteIdentifier(name)}`;
  const base = type.kind === 'domain' ? baseOf(type) : type;
  if (isBytes(base)) return `case when octet_length(${value}) <= ${MAX_BINARY_BYTES} then octet_length(${value}) end`;
  if (base.kind === 'enum' || base.kind === 'range') return undefined;
  if (base.kind !== 'base') return `pg_column_size(${value})`;
  if (SMALL.has(base.name)) return undefined;
  if (!TEXTS.has(base.name)) return `pg_column_size(${value})`;
  return base.modifier >= 0 && base.modifier <= SMALL_VARCHAR ? undefined : `octet_length(${value}::text)`;
}

function isBytes(type: ColumnType): boolean {
  const base = baseOf(type);
  return base.kind === 'base' && base.name === 'bytea';
}
