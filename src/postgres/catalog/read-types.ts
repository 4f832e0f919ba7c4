import type { Attribute, ColumnType } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';

/** A type as a column uses it: `pg_type.oid` and `atttypmod`. */
export interface TypeUse {
  readonly oid: number;
  readonly modifier: number;
}

/** Finds the type of a column among those that were read. */
export type TypeLookup = (use: TypeUse) => ColumnType;

interface TypeRow {
  readonly oid: number;
  readonly modifier: number;
  readonly kind: ColumnType['kind'];
  readonly sqlName: string;
  readonly name: string;
  /** Element of an array or a range, base of a domain. */
  readonly inner: number | null;
  readonly innerModifier: number;
  readonly labels: readonly string[] | null;
  /** Name, type, modifier of each attribute. */
  readonly attributes: readonly (readonly [string, number, number])[] | null;
}

const MULTIRANGES_EXIST = `
  select exists (
    select from pg_attribute as a where a.attrelid = 'pg_range'::regclass and a.attname = 'rngmultitypid'
  ) as "exist"`;

const OF_MULTIRANGE = `union all
      select g.rngsubtype, -1 from pg_range as g where y.typtype = 'm' and g.rngmultitypid = y.oid`;

/**
 * Follows types to the types that they are made of. An array's modifier is its element's: `numeric(5,2)[]` is an array
 * of `numeric(5,2)`. Types such as `point` have elements as well, but are no arrays: their category tells.
 */
const typesQuery = (multiranges: boolean) => `
  with recursive uses (oid, modifier) as (
    select u.oid, u.modifier from unnest($1::oid[], $2::integer[]) as u (oid, modifier)
    union
    select part.oid, part.modifier
    from uses as u
    join pg_type as y on y.oid = u.oid
    cross join lateral (
      select y.typelem, u.modifier where y.typtype <> 'd' and y.typcategory = 'A' and y.typelem <> 0
      union all
      select y.typbasetype, y.typtypmod where y.typtype = 'd'
      union all
      select g.rngsubtype, -1 from pg_range as g where y.typtype = 'r' and g.rngtypid = y.oid
      ${multiranges ? OF_MULTIRANGE : ''}
      union all
      select a.atttypid, a.atttypmod from pg_attribute as a
      where y.typtype = 'c' and a.attrelid = y.typrelid and a.attnum > 0 and not a.attisdropped
    ) as part (oid, modifier)
  )
  select
    u.oid as "oid",
    u.modifier as "modifier",
    case
      when y.typtype = 'd' then 'domain'
      when y.typcategory = 'A' and y.typelem <> 0 then 'array'
      when y.typtype = 'e' then 'enum'
      when y.typtype = 'r' then 'range'
      when y.typtype = 'm' then 'multirange'
      when y.typtype = 'c' then 'composite'
      else 'base'
    end as "kind",
    format_type(u.oid, u.modifier) as "sqlName",
    y.typname::text as "name",
    coalesce(
      case when y.typtype = 'd' then y.typbasetype end,
      case when y.typcategory = 'A' and y.typelem <> 0 then y.typelem end,
      (select g.rngsubtype from pg_range as g 
       where g.rngtypid = y.oid${multiranges ? ' or g.rngmultitypid = y.oid' : ''})
    ) as "inner",
    case when y.typtype = 'd' then y.typtypmod when y.typcategory = 'A' then u.modifier else -1 end as "innerModifier",
    case when y.typtype = 'e' then
      (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum as e where e.enumtypid = y.oid)
    end as "labels",
    case when y.typtype = 'c' then
      (select json_agg(json_build_array(a.attname, a.atttypid::bigint, a.atttypmod) order by a.attnum)
       from pg_attribute as a
       where a.attrelid = y.typrelid and a.attnum > 0 and not a.attisdropped)
    end as "attributes"
  from uses as u
  join pg_type as y on y.oid = u.oid`;

/** Reads types, and all that they are made of, by one query. */
export async function readTypes(tx: Transaction, uses: readonly TypeUse[]): Promise<TypeLookup> {
  const [multiranges] = await tx.query<{ exist: boolean }>(MULTIRANGES_EXIST);
  const wanted = new Map(uses.map((use) => [keyOf(use), use]));
  const rows = await tx.query<TypeRow>(typesQuery(multiranges?.exist === true), [
    [...wanted.values()].map(({ oid }) => oid),
    [...wanted.values()].map(({ modifier }) => modifier),
  ]);
  const byUse = new Map(rows.map((row) => [keyOf(row), row]));
  const built = new Map<string, ColumnType>();
  const look: TypeLookup = (use) => {
    const key = keyOf(use);
    const known = built.get(key);
    if (known !== undefined) return known;
    const row = byUse.get(key);
    if (row === undefined) throw new Error(`type ${use.oid} is gone`);
    const type = buildType(row, look);
    built.set(key, type);
    return type;
  };
  return look;
}

function buildType(row: TypeRow, look: TypeLookup): ColumnType {
  const { kind, sqlName } = row;
  const inner = () => look({ oid: row.inner ?? 0, modifier: row.innerModifier });
  switch (kind) {
    case 'enum':
      return { kind, sqlName, labels: row.labels ?? [] };
    case 'array':
    case 'range':
    case 'multirange':
      return { kind, sqlName, element: inner() };
    case 'domain':
      return { kind, sqlName, base: inner() };
    case 'composite':
      return { kind, sqlName, attributes: (row.attributes ?? []).map((attribute) => buildAttribute(attribute, look)) };
    case 'base':
      return { kind, sqlName, name: row.name, modifier: row.modifier };
  }
}

function buildAttribute([name, oid, modifier]: readonly [string, number, number], look: TypeLookup): Attribute {
  return { name, type: look({ oid, modifier }) };
}

function keyOf({ oid, modifier }: TypeUse): string {
  return `${oid}/${modifier}`;
}
