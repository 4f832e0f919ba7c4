import type { QualifiedName } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';

/** A table that holds rows which `select` from another relation shows. */
export interface ReadTable extends QualifiedName {
  /** `pg_class.oid` of the relation that reads it: itself, for a table. */
  readonly reader: number;
  readonly oid: number;
  readonly kind: 'table' | 'partitioned' | 'foreign' | 'materialized';
  /** Where its rows are: itself, its partitions, the tables that inherit from it. */
  readonly members: readonly TableMember[];
}

/** A table that holds rows itself. */
export interface TableMember {
  readonly oid: number;
  /** `pg_relation_filenode`; 0: it has no file. */
  readonly fileNode: number;
  /** Changes of its rows are in WAL as rows. */
  readonly isTable: boolean;
  /** Partitioned tables that it belongs to, in whose name its changes may be published. */
  readonly roots: readonly number[];
}

// Functions hide what they read: nothing in the catalog tells. Tables of the system are pinned, and never read here.
const READ_TABLES = `
  with recursive reads (reader, oid) as (
    select r.oid, r.oid from unnest($1::oid[]) as r (oid)
    union
    select reads.reader, d.refobjid
    from reads
    join pg_rewrite as w on w.ev_class = reads.oid and w.ev_type = '1'
    join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
    join pg_class as c on c.oid = reads.oid and c.relkind = 'v'
  ), tables as (
    select reads.reader, c.oid, n.nspname, c.relname, c.relkind
    from reads join pg_class as c on c.oid = reads.oid join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
  ), members (top, oid) as (
    select distinct tables.oid, tables.oid from tables
    union
    select members.top, i.inhrelid from members join pg_inherits as i on i.inhparent = members.oid
  ), roots (oid, root) as (
    select distinct members.oid, members.oid from members
    union
    select roots.oid, i.inhparent
    from roots
    join pg_inherits as i on i.inhrelid = roots.root
    join pg_class as c on c.oid = i.inhparent and c.relkind = 'p'
  )
  select tables.reader::bigint::float8 as "reader", tables.oid::bigint::float8 as "oid",
    tables.nspname::text as "schema", tables.relname::text as "table",
    case tables.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'f' then 'foreign' else 'materialized'
      end as "kind",
    coalesce((
      select jsonb_agg(jsonb_build_object(
        'oid', c.oid::bigint,
        'fileNode', coalesce(pg_relation_filenode(c.oid)::bigint, 0),
        'isTable', c.relkind = 'r',
        'roots', (select jsonb_agg(roots.root::bigint) from roots where roots.oid = c.oid and roots.root <> c.oid)))
      from members join pg_class as c on c.oid = members.oid and c.relkind <> 'p'
      where members.top = tables.oid), '[]') as "members"
  from tables order by 1, 3, 4`;

interface Row {
  readonly members: readonly (Omit<TableMember, 'roots'> & { readonly roots: readonly number[] | null })[];
}

/**
 * Finds the tables whose rows relations show: views are looked through, as deep as they go.
 * @param oids - of tables, views and materialized views; these last ones count as tables, which change by a refresh alone
 */
export async function findReadTables(tx: Transaction, oids: readonly number[]): Promise<readonly ReadTable[]> {
  if (oids.length === 0) return [];
  const rows = await tx.query<Omit<ReadTable, 'members'> & Row>(READ_TABLES, [oids]);
  return rows.map(({ members, ...table }) => ({
    ...table,
    members: members.map(({ roots, ...member }) => ({ ...member, roots: roots ?? [] })),
  }));
}
