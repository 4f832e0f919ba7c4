import type { TransactionOptions } from '../connection/transaction';

/** The predicate that rows must meet to be synced, fit to stand between other conditions. */
export function filterOf({ filter }: { readonly filter?: string }): string {
  return filter === undefined ? 'true' : `(${filter})`;
}

/** One snapshot, and no limit to the time that a reader may let a COPY wait. */
export function copyTransaction({ signal }: { readonly signal?: AbortSignal }): TransactionOptions {
  return { isolation: 'repeatable read', statementTimeoutMs: 0, activity: 'reading rows', signal };
}
