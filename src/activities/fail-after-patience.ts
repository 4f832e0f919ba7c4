import { ApplicationFailure, type Info } from '@temporalio/activity';

import { SyncFailure } from '../sync/failures';
import { toFailureDetails } from '../sync/wire/failure-details';

/** Milliseconds after which one more try is not worth a person's waiting. */
const PATIENCE_MS = 8_000;

/**
 * Runs the work of an activity whose result a person waits for: what fails later than {@link PATIENCE_MS} after it was
 * first scheduled is not tried again, so that a server which lets every try run into its timeout is told after one.
 */
export async function failAfterPatience<Result>(
  { scheduledTimestampMs }: Pick<Info, 'scheduledTimestampMs'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SyncFailure) || Date.now() - scheduledTimestampMs < PATIENCE_MS) throw error;
    const { type, message, remedy } = error;
    throw ApplicationFailure.create({ type, message, details: toFailureDetails({ remedy }), nonRetryable: true });
  }
}
