import type { TransactionOptions } from '../connection/transaction';
import type { RowSource } from './row-source';

/**
 * One snapshot, and no limit to the time that a reader may let a COPY wait.
 * @param rows - absent for those of one leaf
 */
export function readingTransaction(request: {
  readonly rows?: RowSource;
  readonly signal?: AbortSignal;
}): TransactionOptions {
  const { rows, signal } = request;
  const common = { isolation: 'repeatable read', statementTimeoutMs: 0, signal } as const;
  if (rows === undefined || 'leaves' in rows) return { ...common, activity: 'reading rows' };
  const { searchPath } = rows;
  return { ...common, searchPath, activity: searchPath === undefined ? 'reading a view' : 'running a rule' };
}
