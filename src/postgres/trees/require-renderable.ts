import { DatabaseError } from 'pg';

import { qualifiedName } from '../../documents/sql-text';
import type { TreeRows } from '../../documents/tree-rows';
import { SyncFailure } from '../../sync/failures';
import { type Branch, listBranches, type Relation } from '../../sync/relation';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { idJoin, type RowProjection } from '../rows/row-projection';
import { changedRoots } from '../tree-rows/copy-changed-trees';

/**
 * Has PostgreSQL look at the SQL of documents that hold rows of other tables, without running it: conditions, orders,
 * figures.
 * @throws SyncFailure `InvalidConfig` with PostgreSQL's words
 */
export async function requireRenderable(
  source: Source,
  relation: Relation,
  {
    id,
    document,
    size,
    tree,
    filter,
  }: Pick<RowProjection, 'document' | 'filter' | 'id' | 'size'> & { readonly tree?: TreeRows },
): Promise<void> {
  if (relation.branches === undefined) return;
  const root = `documents.nested.${relation.table}`;
  const branches = listBranches(relation.branches);
  await withTransaction(source, async (tx) => {
    for (const { path, branch } of branches) await requireCondition(tx, `${root}.${path}`, branch);
    const select = `select ${[document, ...(size === undefined ? [] : [size])].join(', ')}`;
    await describe(tx, `${select} from ${qualifiedName(relation)} as t ${idJoin(id)}`, root);
    if (tree === undefined) return;
    const rows = { relation, leaves: relation.leaves };
    // Any moment: it is the names and the grants that count, those of `xmin` among them.
    await describe(
      tx,
      changedRoots({ rows, tree, since: { watermark: '3' }, projection: { ...(filter && { filter }) } }),
      root,
    );
  });
}

async function requireCondition(tx: Transaction, place: string, { relation, where }: Branch): Promise<void> {
  if (where === undefined) return;
  await describe(tx, `select from ${qualifiedName(relation)} where (\n${where}\n)`, `${place}.where`);
}

async function describe(tx: Transaction, sql: string, place: string): Promise<void> {
  try {
    await tx.describe(`${sql} limit 0`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code?.startsWith('42') !== true) throw error;
    const isRefused = error.code === '42501';
    throw new SyncFailure(
      isRefused ? 'SourcePermission' : 'InvalidConfig',
      `${place}: ${error.message} (${error.code})`,
      isRefused
        ? 'Grant the role select on the whole table.'
        : 'Correct it. Functions outside pg_catalog need their schema.',
    );
  }
}
