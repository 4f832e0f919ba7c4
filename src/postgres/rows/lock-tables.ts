import { qualifiedName, quoteLiteral } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import { formatRelation, type Leaf, listTreeTables, type Relation } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import { definitionsQuery } from './definition-hash';
import type { ExpectedRelation } from './row-source';

/** A leaf as it is now. */
export interface LeafNow {
  readonly blocks: number;
  readonly blockBytes: number;
  /** `server_version_num` */
  readonly versionNumber: number;
}

interface LeafRow extends LeafNow {
  readonly definition: string | null;
  readonly fileNode: string | null;
}

const LEAF_NOW = `
  select
    (select d.definition from (${definitionsQuery('array[$1::oid]')}) as d) as "definition",
    pg_relation_filenode($2::oid)::text as "fileNode",
    (pg_relation_size($2::oid, 'main') / current_setting('block_size')::bigint)::float8 as "blocks",
    current_setting('block_size')::integer as "blockBytes",
    current_setting('server_version_num')::integer as "versionNumber"`;

/** A table as it is now. */
export interface TableNow {
  /** As `Relation.definition` has it; null where it is gone. */
  readonly definition: string | null;
  /** Its leaves, in their order; 0 for one that has no file. */
  readonly files: readonly Pick<Leaf, 'oid' | 'fileNode'>[];
  /** Its name leads to another table by now, or one of its leaves is no partition of it any more. */
  readonly isExchanged: boolean;
}

const FIRST_WITH_PARTITION_TREE = 120_000;

/**
 * Locks a table and its leaves against being altered or rewritten until the transaction ends, and tells what they are. One
 * round trip.
 * @param versionNumber - `server_version_num`; before 12 an exchanged partition is not noticed
 */
export async function lockTable(tx: Transaction, table: Relation, versionNumber: number): Promise<TableNow> {
  const oids = table.leaves.map(({ oid }) => oid);
  const name = qualifiedName(table);
  // Functions, which look at what is there now: tables of the catalog show what the transaction's snapshot saw.
  const hasOthers =
    table.kind === 'partitioned' && versionNumber >= FIRST_WITH_PARTITION_TREE
      ? `not array[${oids.join(',')}]::oid[] <@ array(select p.relid::oid from pg_partition_tree(${table.oid}) as p)`
      : 'false';
  // Not LOCK TABLE: it asks for the privilege on the whole table, where the role may have some columns only.
  const [now] = await tx.query<{ definition: string | null; fileNodes: string[]; isExchanged: boolean }>(`
    select 1 from ${name} limit 0;
    select
      to_regclass(${quoteLiteral(name)})::oid is distinct from ${table.oid}::oid or ${hasOthers} as "isExchanged",
      (select d.definition from (${definitionsQuery(`array[${table.oid}]::oid[]`)}) as d) as "definition",
      array(
        select coalesce(pg_relation_filenode(l.oid)::text, '0')
        from unnest(array[${oids.join(',')}]::oid[]) with ordinality as l (oid, position)
        order by l.position) as "fileNodes"`);
  const files = oids.map((oid, at) => ({ oid, fileNode: Number(now?.fileNodes[at] ?? 0) }));
  return { definition: now?.definition ?? null, files, isExchanged: now?.isExchanged ?? true };
}

/**
 * Locks a leaf against being rewritten until the transaction ends, then checks that it is still what was planned; so with
 * the tables whose rows are rendered with its own.
 * @throws SyncFailure `SourceChanged`
 */
export async function checkLeaf(tx: Transaction, relation: ExpectedRelation, leaf: Leaf): Promise<LeafNow> {
  const locked = leaf.throughParent === true ? qualifiedName(relation) : `only ${qualifiedName(leaf)}`;
  // Not LOCK TABLE: it asks for the privilege on the whole table, where the role may have some columns only.
  await tx.query(`select 1 from ${locked} limit 0`);
  const [now] = await tx.query<LeafRow>(LEAF_NOW, [relation.oid, leaf.oid]);
  const name = formatRelation(relation);
  if (now?.definition !== relation.definition)
    throw new SyncFailure('SourceChanged', `${name} has been altered since the sync was planned`);
  if (now.fileNode !== String(leaf.fileNode))
    throw new SyncFailure(
      'SourceChanged',
      `${name}: ${formatRelation(leaf)} has been rewritten since the sync was planned`,
    );
  for (const table of listTreeTables(relation.branches ?? [])) await checkTable(tx, name, table, now.versionNumber);
  return now;
}

async function checkTable(tx: Transaction, root: string, table: Relation, versionNumber: number): Promise<void> {
  const now = await lockTable(tx, table, versionNumber);
  const hasSameFiles = table.leaves.every(({ fileNode }, at) => now.files[at]?.fileNode === fileNode);
  if (now.definition === table.definition && hasSameFiles && !now.isExchanged) return;
  const message = `${root}: ${formatRelation(table)} has been altered or rewritten since the sync was planned`;
  throw new SyncFailure('SourceChanged', message);
}
