import { qualifiedName } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import { formatRelation, type Relation } from '../../sync/relation';
import type { LockPatience } from '../connection/lock-patience';
import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';
import type { SourceProblem } from './select-relations';

/**
 * Finds what keeps views from being read that the role may select from: row level security, or a missing privilege,
 * of a table that they read, or a lock on one. Asks for no row, so that no query runs.
 */
export async function findUnreadableViews(
  source: Source,
  relations: readonly Pick<Relation, 'schema' | 'table' | 'kind'>[],
  patience: LockPatience,
): Promise<SourceProblem[]> {
  const problems: SourceProblem[] = [];
  for (const view of relations.filter(({ kind }) => kind === 'view')) {
    try {
      const options = { activity: 'describing a relation', lockTimeoutMs: patience.leftMs() } as const;
      await withTransaction(source, (tx) => tx.describe(`select from ${qualifiedName(view)} limit 0`), options);
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.retryable) throw error;
      const { type, message, remedy } = error;
      problems.push({ type, relation: formatRelation(view), message: `${formatRelation(view)}: ${message}.`, remedy });
    }
  }
  return problems;
}
