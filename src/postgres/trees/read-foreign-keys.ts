import type { Transaction } from '../connection/transaction';

/** A foreign key between two of the tables that were asked for. */
export interface ForeignKey {
  /** `pg_class.oid` of the table that has it. */
  readonly from: number;
  /** `pg_class.oid` of the table that it refers to. */
  readonly to: number;
  readonly columns: readonly string[];
  /** Columns that it refers to, in the same order. */
  readonly referred: readonly string[];
}

const namesOf = (relation: string, numbers: string) => `
  (select json_agg(a.attname order by n.position)
   from unnest(${numbers}) with ordinality as n (number, position)
   join pg_attribute as a on a.attrelid = ${relation} and a.attnum = n.number)`;

/** Those of partitions are left out: they repeat the one of the partitioned table. */
const FOREIGN_KEYS = `
  select c.conrelid as "from", c.confrelid as "to",
    ${namesOf('c.conrelid', 'c.conkey')} as "columns",
    ${namesOf('c.confrelid', 'c.confkey')} as "referred"
  from pg_constraint as c
  where c.contype = 'f' and c.conrelid = any ($1::oid[]) and c.confrelid = any ($1::oid[])
  order by c.oid`;

/** Reads the foreign keys among tables, the oldest first. */
export async function readForeignKeys(tx: Transaction, oids: readonly number[]): Promise<readonly ForeignKey[]> {
  const keys = await tx.query<{ from: number; to: number; columns: string[]; referred: string[] }>(FOREIGN_KEYS, [
    [...oids],
  ]);
  const distinct = new Map(keys.map((key) => [JSON.stringify(key), key]));
  return [...distinct.values()];
}
