import { qualifiedName } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import { formatRelation, type Leaf } from '../../sync/relation';
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

/**
 * Locks a leaf against being rewritten until the transaction ends, then checks that it is still what was planned.
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
  return now;
}
