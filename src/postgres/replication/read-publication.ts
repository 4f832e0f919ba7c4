import type { Transaction } from '../connection/transaction';

/** A publication as the catalog has it. */
export interface Publication {
  readonly name: string;
  readonly insert: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly truncate: boolean;
  /** Another one means that a table was taken out, or put back, which may have been away in between. */
  readonly membership: string;
  readonly tables: readonly PublishedTable[];
}

/** A table of a publication: of a partitioned one the root where it is published as that, else its partitions. */
export interface PublishedTable {
  /** `pg_class.oid` */
  readonly oid: number;
  /** Columns that are sent; absent before PostgreSQL 15, where all are. */
  readonly columns?: readonly string[];
  readonly isFiltered: boolean;
}

const PUBLICATION = `
  select pubinsert as "insert", pubupdate as "update", pubdelete as "delete", pubtruncate as "truncate",
    (select coalesce(string_agg(r.oid::text, ',' order by r.oid), '') from pg_publication_rel as r
      where r.prpubid = p.oid) as "membership"
  from pg_publication as p where pubname = $1`;

// Columns and filters came with PostgreSQL 15: asked for as JSON, their absence is no error.
const TABLES = `
  select
    format('%I.%I', p.schemaname, p.tablename)::regclass::oid::bigint::float8 as "oid",
    (select array_agg(c.name) from jsonb_array_elements_text(to_jsonb(p) -> 'attnames') as c (name)) as "columns",
    (to_jsonb(p) ->> 'rowfilter') is not null as "isFiltered"
  from pg_publication_tables as p where p.pubname = $1`;

/** @returns undefined where there is none of that name */
export async function findPublication(tx: Transaction, name: string): Promise<Publication | undefined> {
  const [found] = await tx.query<Omit<Publication, 'tables' | 'name'>>(PUBLICATION, [name]);
  if (found === undefined) return undefined;
  const tables = await tx.query<{ oid: number; columns: string[] | null; isFiltered: boolean }>(TABLES, [name]);
  return {
    ...found,
    name,
    tables: tables.map(({ oid, columns, isFiltered }) => ({
      oid,
      isFiltered,
      ...(columns === null ? {} : { columns }),
    })),
  };
}

const IDENTITIES = `
  select c.oid::bigint::float8 as "oid", c.relreplident = 'f' as "isFull", c.relpersistence = 'p' as "isLogged",
    coalesce((
      select array_agg(a.attname::text) from pg_index as i
      join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
      where i.indrelid = c.oid
        and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident else false end
    ), '{}') as "columns",
    coalesce((
      select array_agg(a.attname::text) from pg_attribute as a
      where a.attrelid = c.oid and to_jsonb(a) ->> 'attgenerated' = 's' and not a.attisdropped
    ), '{}') as "generated"
  from pg_class as c where c.oid = any ($1::oid[])`;

/** Columns of the old row that an update or deletion of a table brings along. */
export interface ReplicaIdentity {
  readonly oid: number;
  /** All columns. */
  readonly isFull: boolean;
  /** Whether its rows are in WAL. */
  readonly isLogged: boolean;
  readonly columns: readonly string[];
  /** Stored generated columns of the table: they are not in the stream, unless PostgreSQL 18 publishes them. */
  readonly generated: readonly string[];
}

/** @param oids - of tables that hold rows */
export async function readIdentities(tx: Transaction, oids: readonly number[]): Promise<readonly ReplicaIdentity[]> {
  return tx.query<ReplicaIdentity & Record<string, unknown>>(IDENTITIES, [oids]);
}
