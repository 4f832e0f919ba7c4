import { baseOf, type Column, type ColumnType, type Relation } from '../../sync/relation';
import { quoteIdentifier, quoteLiteral } from '../sql-text';
import { ENCODED_IN_KEY, NULL_MARK } from './document-id';

/** Types whose text is short and holds neither `%` nor `,`, so that it needs no encoding. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(
  (
    'int2 int4 int8 oid xid8 bool float4 float8 money uuid date time timetz timestamp timestamptz interval ' +
    'pg_lsn macaddr macaddr8 inet cidr'
  ).split(' '),
);

/** Parts of a key up to which all of it is short, where they are. */
const FEW_PARTS = 4;

/** A key's values as one text, in SQL: no two keys of a relation have the same. */
export interface KeyText {
  readonly sql: string;
  /** Whether it is shorter than any id may be. */
  readonly isShort: boolean;
}

/**
 * The key of a relation as text: `42`, `42,x%2Cy,%N`; empty where it has none.
 * @param row - alias of its row
 */
export function joinKey(relation: Relation, row: string): KeyText {
  const parts = relation.key.map((name) => keyPart(findColumn(relation, name), row));
  return {
    sql: parts.length === 0 ? "''" : parts.map(({ sql }) => sql).join(` || ',' || `),
    isShort: parts.every(({ bounded }) => bounded) && parts.length <= FEW_PARTS,
  };
}

function keyPart(column: Column, row: string): { readonly sql: string; readonly bounded: boolean } {
  const bounded = isPlain(column.type);
  const text = keyText(column, row);
  const encoded = bounded
    ? text
    : ENCODED_IN_KEY.reduce(
        (sql, [character, code]) => `replace(${sql}, ${quoteLiteral(character)}, ${quoteLiteral(code)})`,
        text,
      );
  return { sql: column.notNull ? encoded : `coalesce(${encoded}, ${quoteLiteral(NULL_MARK)})`, bounded };
}

/** The key's text must not depend on the session: money prints by `lc_monetary`, regclass by `search_path`. */
function keyText({ name, type }: Column, row: string): string {
  const value = `${row}.${quoteIdentifier(name)}`;
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
