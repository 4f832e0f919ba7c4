import { qualifiedName } from '../../documents/sql-text';
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

/** Definition of a table, and file nodes of its leaves. */
const TABLE_NOW = `
  select
    (select d.definition from (${definitionsQuery('array[$1::oid]')}) as d) as "definition",
    array(
      select coalesce(pg_relation_filenode(l.oid)::text, '')
      from unnest($2::oid[]) with ordinality as l (oid, position) order by l.position) as "fileNodes"`;

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
  for (const table of listTreeTables(relation.branches ?? [])) await checkTable(tx, name, table);
  return now;
}

async function checkTable(tx: Transaction, root: string, table: Relation): Promise<void> {
  await tx.query(`select 1 from ${qualifiedName(table)} limit 0`);
  const values = [table.oid, table.leaves.map(({ oid }) => oid)];
  const [now] = await tx.query<{ definition: string | null; fileNodes: string[] }>(TABLE_NOW, values);
  const files = table.leaves.map(({ fileNode }) => String(fileNode));
  if (now?.definition === table.definition && now.fileNodes.join() === files.join()) return;
  const message = `${root}: ${formatRelation(table)} has been altered or rewritten since the sync was planned`;
  throw new SyncFailure('SourceChanged', message);
}
