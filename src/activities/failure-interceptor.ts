import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

import { blotSecrets } from '../logging/blot-secrets';
import { FAILURES, SyncFailure, toFailureType } from '../sync/failures';
import { RelationChanged } from '../sync/relation-failure';
import { type FailureDetail, readFailureDetails, toFailureDetails } from '../sync/wire/failure-details';

/** Turns what activities throw into Temporal's failures: the one place that knows both. */
export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  },
};

/**
 * Keeps type, remedy and whether to try again; anything unforeseen is a defect whose message may quote values, so that
 * only its name is kept.
 * @param facts - what the workflow needs to know besides, where there is no result to hold it
 */
export function toApplicationFailure(error: unknown, facts: Pick<FailureDetail, 'searchAttributes'> = {}): Error {
  if (error instanceof CancelledFailure) return error;
  if (error instanceof ApplicationFailure) return addFacts(error, facts);
  const failure = error instanceof SyncFailure ? error : toDefect(error);
  const translated = ApplicationFailure.create({
    type: failure.type,
    // A password may have been typed where servers quote it: as the name of a database.
    message: blotSecrets(failure.message),
    nonRetryable: !failure.retryable,
    details: toFailureDetails({
      remedy: blotSecrets(failure.remedy),
      ...(failure instanceof RelationChanged ? { changed: failure.relation } : {}),
      ...facts,
    }),
  });
  // It would say that it was translated here, above the reason in the Temporal UI.
  translated.stack = '';
  return translated;
}

function addFacts(failure: ApplicationFailure, facts: Pick<FailureDetail, 'searchAttributes'>): ApplicationFailure {
  if (Object.keys(facts).length === 0 || failure.nonRetryable !== true) return failure;
  const { type, message, nonRetryable } = failure;
  const { remedy = FAILURES[toFailureType(type)].remedy, ...detail } = readFailureDetails(failure.details);
  const details = toFailureDetails({ ...detail, remedy, ...facts });
  return ApplicationFailure.create({ type: type ?? 'Defect', message, nonRetryable, details });
}

function toDefect(error: unknown): SyncFailure {
  const name = error instanceof Error ? error.constructor.name : typeof error;
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : [];
  const where = frames[0]?.trim().replace(/\(.*[\\/](?=[^\\/]+\))/u, '(') ?? 'somewhere';
  return new SyncFailure('Defect', `Unexpected ${name} ${where}`);
}
