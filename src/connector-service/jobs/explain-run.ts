import { ApplicationFailure } from '@temporalio/common';

import { FAILURES, toFailureType } from '../../sync/failures';
import { readFailureDetails } from '../../sync/wire/failure-details';
import { describeFailures } from '../protocol/describe-failure';

/** The error of a connector's job whose sync failed, as the protocol's documents hold it: `Type: reason → remedy`. */
export function explainRun(connectorId: string, failure: unknown): string {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof ApplicationFailure)) continue;
    const type = toFailureType(cause.type);
    const { message = cause.message, remedy = FAILURES[type].remedy } = readFailureDetails(cause.details);
    return describeFailures([{ message: `${type}: ${message}`, remedy }], connectorId);
  }
  return 'The sync was terminated → Start it again.';
}
