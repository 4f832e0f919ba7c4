import type { Transaction } from '../connection/transaction';
import { groupBy } from './group-by';
import type { TypeUse } from './read-types';

/** A column as the catalog has it. */
export interface CatalogColumn {
  /** `pg_class.oid` */
  readonly relation: number;
  readonly name: string;
  readonly type: TypeUse;
  /** Its values are never null: PostgreSQL makes sure of it. */
  readonly notNull: boolean;
  /** Whether the role may select it. */
  readonly readable: boolean;
}

interface ColumnRow {
  readonly relation: number;
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
  readonly notNull: boolean;
  readonly readable: boolean;
}

/**
 * Predicate over a row of `pg_attribute` of a table: no row of it has a null there. Since PostgreSQL 18 a column may be
 * "not null" although rows from before, which nobody has validated, hold nulls; of a foreign table nobody checks it.
 */
export function isNeverNull(attribute: string): string {
  return `(${attribute}.attnotnull and not exists (
    select from pg_constraint as n
    where n.conrelid = ${attribute}.attrelid and n.contype = 'n' and n.conkey = array[${attribute}.attnum]
      and not n.convalidated))`;
}

const COLUMNS = `
  select
    a.attrelid as "relation",
    a.attname::text as "name",
    a.atttypid as "typeOid",
    a.atttypmod as "typeModifier",
    c.relkind in ('r', 'p') and ${isNeverNull('a')} as "notNull",
    has_column_privilege(a.attrelid, a.attnum, 'select') as "readable"
  from pg_attribute as a
  join pg_class as c on c.oid = a.attrelid
  where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`;

/** Reads the columns of relations, in the order of `attnum`; by relation. */
export async function readColumns(
  tx: Transaction,
  oids: readonly number[],
): Promise<ReadonlyMap<number, readonly CatalogColumn[]>> {
  const rows = await tx.query<ColumnRow>(COLUMNS, [oids]);
  const columns = rows.map(({ typeOid, typeModifier, ...column }) => ({
    ...column,
    type: { oid: typeOid, modifier: typeModifier },
  }));
  return groupBy(columns, ({ relation }) => relation);
}
