import { DatabaseError } from 'pg';

import { qualifiedName } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import type { Relation } from '../../sync/relation';
import { type Branch, listBranches } from '../../sync/relation';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import { idJoin, type RowProjection } from '../rows/row-projection';

/**
 * Has PostgreSQL look at the SQL of documents that hold rows of other tables, without running it: conditions, orders,
 * figures.
 * @throws SyncFailure `InvalidConfig` with PostgreSQL's words
 */
export async function requireRenderable(
  source: Source,
  relation: Relation,
  { id, document, size }: Pick<RowProjection, 'id' | 'document' | 'size'>,
): Promise<void> {
  if (relation.branches === undefined) return;
  const root = `documents.nested.${relation.table}`;
  const branches = listBranches(relation.branches);
  await withTransaction(source, async (tx) => {
    for (const { path, branch } of branches) await requireCondition(tx, `${root}.${path}`, branch);
    const select = `select ${[document, ...(size === undefined ? [] : [size])].join(', ')}`;
    await describe(tx, `${select} from ${qualifiedName(relation)} as t ${idJoin(id)}`, root);
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
      isRefused ? 'Grant the role what is missing.' : 'Correct it. Functions outside pg_catalog need their schema.',
    );
  }
}
