import type { Transaction } from '../connection/transaction';
import { usableKey } from './usable-key';

/** A key that the catalog vouches for: no two rows share it, and it is never null. */
export interface CatalogKey {
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  /** Name of its index. */
  readonly index: string;
}

interface KeyRow extends CatalogKey {
  readonly relation: number;
}

/** The primary key first, then unique indexes, those with the fewest columns before others; of several such the oldest. */
const KEYS = `
  select
    i.indrelid as "relation",
    i.indisprimary as "isPrimary",
    c.relname::text as "index",
    (select json_agg(a.attname order by k.position)
     from generate_series(0, i.indnkeyatts - 1) as k (position)
     join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[k.position]) as "columns"
  from pg_index as i
  join pg_class as c on c.oid = i.indexrelid
  where i.indrelid = any ($1::oid[]) and ${usableKey('i')}
  order by i.indrelid, i.indisprimary desc, i.indnkeyatts, i.indexrelid`;

/** Reads the keys of relations, by relation, best first; relations without one are left out. */
export async function readKeys(
  tx: Transaction,
  oids: readonly number[],
): Promise<ReadonlyMap<number, readonly CatalogKey[]>> {
  const rows = await tx.query<KeyRow>(KEYS, [oids]);
  const keys = new Map<number, CatalogKey[]>();
  for (const { relation, ...key } of rows) {
    keys.set(relation, [...(keys.get(relation) ?? []), key]);
  }
  return keys;
}

/** Whether one of the keys makes sure that no two rows share these columns. */
export function isBacked(columns: readonly string[], keys: readonly CatalogKey[]): boolean {
  return keys.some((key) => key.columns.every((column) => columns.includes(column)));
}
