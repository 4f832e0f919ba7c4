import { ApplicationFailure, type Info } from '@temporalio/activity';

import { SyncFailure } from '../sync/failures';
import { toFailureDetails } from '../sync/wire/failure-details';
import type { ActivityScope } from './contract/activity-scope';

/** Milliseconds after which one more try is not worth a person's waiting. */
const PATIENCE_MS = 8_000;
const TRIES = 3;
const PAUSE_MS = 1_000;

/** Tries of the work by workers that know its connector: an attempt that was left to others is no try. */
export interface Tries {
  readonly tries?: number;
  /** One of them went well: whatever fails from then on is tried again as in every other activity. */
  readonly answered?: true;
}

/**
 * Runs the work of an activity whose result a person waits for: what fails the third time, or later than
 * {@link PATIENCE_MS} after it was first scheduled, is not tried again, so that a server which lets every try run into
 * its timeout is told after one.
 */
export async function failAfterPatience<Result>(
  { scheduledTimestampMs }: Pick<Info, 'scheduledTimestampMs'>,
  { lastCheckpoint, heartbeat }: Pick<ActivityScope<Tries>, 'lastCheckpoint' | 'heartbeat'>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (lastCheckpoint?.answered === true) return work();
  const tries = (lastCheckpoint?.tries ?? 0) + 1;
  heartbeat({ tries });
  try {
    const result = await work();
    heartbeat({ answered: true });
    return result;
  } catch (error) {
    if (!(error instanceof SyncFailure) || !error.retryable) throw error;
    const isLast = tries >= TRIES || Date.now() - scheduledTimestampMs >= PATIENCE_MS;
    const { type, message, remedy } = error;
    const details = toFailureDetails({ remedy });
    if (isLast) throw ApplicationFailure.create({ type, message, details, nonRetryable: true });
    // Temporal's own pause would grow with the attempts that were left to others, too.
    throw ApplicationFailure.create({ type, message, details, nextRetryDelay: PAUSE_MS * tries });
  }
}
