import { ApplicationFailure, CancelledFailure, TerminatedFailure, WorkflowFailedError } from '@temporalio/client';

import { SyncFailure, toFailureType } from '../sync/failures';
import { readFailureDetails } from '../sync/wire/failure-details';
import type { SyncEnding } from './sync-ending';

/** Reads pgferry's own failure out of what Temporal's client throws for a workflow that did not complete. */
export function readEnding(error: unknown): SyncEnding {
  if (!(error instanceof WorkflowFailedError)) throw error;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof CancelledFailure) return { status: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { status: 'terminated' };
    if (cause instanceof ApplicationFailure) {
      const { relations } = readFailureDetails(cause.details);
      const failure = toSyncFailure(cause);
      return { status: 'failed', failure, ...(relations === undefined ? {} : { reports: relations }) };
    }
  }
  return { status: 'failed', failure: new SyncFailure('Defect', error.cause?.message ?? error.message) };
}

function toSyncFailure({ type, message, details }: ApplicationFailure): SyncFailure {
  const { message: reason = message, remedy } = readFailureDetails(details);
  return new SyncFailure(toFailureType(type), reason, remedy);
}
