import { qualifiedName } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import { formatRelation, type Relation } from '../../sync/relation';
import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';
import type { SourceProblem } from './select-relations';

/**
 * Finds what keeps views from being read that the role may select from: row level security, or a missing privilege,
 * of a table that they read. Asks for no row, so that no query runs.
 */
export async function findUnreadableViews(
  source: Source,
  relations: readonly Pick<Relation, 'schema' | 'table' | 'kind'>[],
): Promise<SourceProblem[]> {
  const problems: SourceProblem[] = [];
  for (const view of relations.filter(({ kind }) => kind === 'view')) {
    try {
      await withTransaction(source, (tx) => tx.describe(`select from ${qualifiedName(view)} limit 0`));
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.retryable) throw error;
      const { type, message, remedy } = error;
      problems.push({ type, relation: formatRelation(view), message: `${formatRelation(view)}: ${message}.`, remedy });
    }
  }
  return problems;
}
