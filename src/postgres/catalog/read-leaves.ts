import { formatRelation, type Leaf } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import { groupBy } from './group-by';

interface LeafRow {
  readonly root: number;
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly fileNode: number | null;
  readonly blocks: number;
  readonly estimatedRows: number;
  readonly throughParent: boolean;
  /** `pg_class.relkind`: `r`, or `f` for a foreign table. */
  readonly kind: string;
  /** Name of the table's access method; absent before PostgreSQL 12. */
  readonly accessMethod: string | null;
}

/** The leaves that hold the rows of a relation. */
export interface RelationLeaves {
  readonly leaves: readonly CountedLeaf[];
  /** Why they can't be read by their blocks. */
  readonly wholeBecause?: string;
}

/** A leaf, with `pg_class.reltuples`; 0 when never analyzed. */
export interface CountedLeaf {
  readonly leaf: Leaf;
  readonly estimatedRows: number;
}

/**
 * Partitions and tables that inherit, of any depth and in any schema. Not `pg_partition_tree`, which comes with
 * PostgreSQL 12. `union`, since a table may inherit from another in two ways. The size is that of the main fork. A leaf
 * has privileges and row level security of its own: where they differ from those of the relation, that one decides.
 */
const LEAVES = `
  with recursive below (root, oid) as (
    select c.oid, c.oid from pg_class as c where c.oid = any ($1::oid[]) and c.relkind in ('r', 'p')
    union
    select b.root, i.inhrelid
    from below as b
    join pg_inherits as i on i.inhparent = b.oid
  )
  select
    b.root as "root",
    c.oid as "oid",
    n.nspname::text as "schema",
    c.relname::text as "table",
    pg_relation_filenode(c.oid) as "fileNode",
    coalesce(pg_relation_size(c.oid, 'main') / current_setting('block_size')::bigint, 0)::float8 as "blocks",
    greatest(c.reltuples, 0)::float8 as "estimatedRows",
    b.root <> c.oid and (
      not has_schema_privilege(n.oid, 'usage')
      or not has_table_privilege(c.oid, 'select')
      or (r.relrowsecurity and row_security_active(r.oid))
      or (c.relrowsecurity and row_security_active(c.oid))
    ) as "throughParent",
    c.relkind::text as "kind",
    a.amname::text as "accessMethod"
  from below as b
  join pg_class as c on c.oid = b.oid and c.relkind in ('r', 'f')
  join pg_namespace as n on n.oid = c.relnamespace
  join pg_class as r on r.oid = b.root
  left join pg_am as a on a.oid = c.relam
  order by b.root, n.nspname collate "C", c.relname collate "C"`;

/** Reads where the rows of tables and partitioned tables are, by relation; views and foreign tables have no leaves. */
export async function readLeaves(
  tx: Transaction,
  oids: readonly number[],
): Promise<ReadonlyMap<number, RelationLeaves>> {
  const rows = await tx.query<LeafRow>(LEAVES, [oids]);
  const byRoot = groupBy(rows, ({ root }) => root);
  return new Map(
    [...byRoot].map(([root, leaves]) => {
      const [wholeBecause] = leaves.flatMap(describeStorage);
      return [root, { leaves: leaves.map(toLeaf), ...(wholeBecause === undefined ? {} : { wholeBecause }) }];
    }),
  );
}

/** Blocks, `ctid` and `xmin` mean what they mean in PostgreSQL's own tables only. */
function describeStorage({ kind, accessMethod, ...leaf }: LeafRow): string[] {
  if (kind === 'f') return [`${formatRelation(leaf)} is a foreign table`];
  if (accessMethod === null || accessMethod === 'heap') return [];
  return [`${formatRelation(leaf)} is stored by the access method ${accessMethod}`];
}

function toLeaf({ oid, schema, table, fileNode, blocks, estimatedRows, throughParent }: LeafRow): CountedLeaf {
  const leaf = { oid, schema, table, fileNode: fileNode ?? 0, blocks };
  return { leaf: throughParent ? { ...leaf, throughParent } : leaf, estimatedRows };
}
