import { groupBy } from '../catalog/group-by';
import type { Transaction } from '../connection/transaction';

/** An index that finds rows by values of its first columns. */
export interface IndexColumns {
  readonly relation: number;
  readonly name: string;
  /** Its columns up to the first expression. */
  readonly columns: readonly string[];
  /** No two rows share the values of `columns`. */
  readonly isUnique: boolean;
}

const INDEXES = `
  select i.indrelid as "relation", c.relname::text as "name",
    i.indisunique and i.indexprs is null as "isUnique",
    (select json_agg(a.attname order by k.position)
     from generate_series(0, i.indnkeyatts - 1) as k (position)
     join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[k.position]
     where not exists (
       select from generate_series(0, k.position) as e (position) where i.indkey[e.position] = 0)) as "columns"
  from pg_index as i
  join pg_class as c on c.oid = i.indexrelid
  join pg_am as m on m.oid = c.relam
  where i.indrelid = any ($1::oid[]) and i.indisvalid and i.indpred is null and m.amname in ('btree', 'hash')
  order by i.indrelid, i.indisprimary desc, i.indnkeyatts, i.indexrelid`;

/** Reads the indexes of tables by which a row's children are found, by table. */
export async function readIndexColumns(
  tx: Transaction,
  oids: readonly number[],
): Promise<ReadonlyMap<number, readonly IndexColumns[]>> {
  const rows = await tx.query<{ relation: number; name: string; isUnique: boolean; columns: string[] | null }>(
    INDEXES,
    [[...oids]],
  );
  const indexes = rows.flatMap(({ columns, ...index }) => (columns === null ? [] : [{ ...index, columns }]));
  return groupBy(indexes, ({ relation }) => relation);
}

/** Whether an index leads to the rows with certain values in these columns. */
export function leadsTo({ columns }: IndexColumns, wanted: readonly string[]): boolean {
  return columns.slice(0, wanted.length).filter((column) => wanted.includes(column)).length === wanted.length;
}

/** Whether no two rows share values in these columns. */
export function isUniqueBy({ isUnique, columns }: IndexColumns, given: readonly string[]): boolean {
  return isUnique && columns.every((column) => given.includes(column));
}
