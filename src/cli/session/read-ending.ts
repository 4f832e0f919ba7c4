import { ApplicationFailure, CancelledFailure, TerminatedFailure, WorkflowFailedError } from '@temporalio/client';

import { FAILURES, type FailureType, SyncFailure } from '../../sync/failures';
import type { SyncEnding } from '../output/sync-ending';

/** Reads pgferry's own failure out of what Temporal's client throws for a workflow that did not complete. */
export function readEnding(error: unknown): SyncEnding {
  if (!(error instanceof WorkflowFailedError)) throw error;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof CancelledFailure) return { status: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { status: 'terminated' };
    if (cause instanceof ApplicationFailure) return { status: 'failed', failure: toSyncFailure(cause) };
  }
  return { status: 'failed', failure: new SyncFailure('Defect', error.cause?.message ?? error.message) };
}

function toSyncFailure({ type, message, details }: ApplicationFailure): SyncFailure {
  const known: FailureType = type != null && Object.hasOwn(FAILURES, type) ? (type as FailureType) : 'Defect';
  // A sync's own failure holds message and remedy apart, since its message is both.
  const detail: unknown = details?.[0];
  return new SyncFailure(known, readText(detail, 'message') ?? message, readText(detail, 'remedy'));
}

function readText(detail: unknown, key: string): string | undefined {
  if (typeof detail !== 'object' || detail === null) return undefined;
  const value = (detail as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : undefined;
}
