import { ApplicationFailure } from '@temporalio/workflow';

import { FAILURES, type SyncFailure, toFailureType } from '../sync/failures';
import type { RelationReport } from '../sync/report';
import { readFailureDetails, toFailureDetails } from '../sync/wire/failure-details';
import { RelationsFailed } from './relations-failed';

/** Why a sync failed, and what to do about it. */
export interface Explanation {
  readonly type: string;
  readonly message: string;
  readonly remedy: string;
  /** Whether search attributes are registered: said by the first step, whose failure takes the place of its result. */
  readonly searchAttributes?: boolean;
  /** A report for each relation, where only some failed. */
  readonly relations?: readonly RelationReport[];
}

/**
 * Finds the failure of an activity within what Temporal wraps around it.
 * @returns undefined when there is none
 */
export function explainFailure(error: unknown): Explanation | undefined {
  if (error instanceof RelationsFailed) {
    const { type, message, remedy } = error.failure;
    return { type, message, remedy, relations: error.reports };
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof ApplicationFailure)) continue;
    const type = cause.type ?? 'Defect';
    const details = readFailureDetails(cause.details);
    const { remedy = FAILURES[toFailureType(type)].remedy, searchAttributes, relations } = details;
    return {
      type,
      // Of a sync that this one started, without the remedy.
      message: details.message ?? cause.message,
      remedy,
      ...(searchAttributes === true ? { searchAttributes } : {}),
      ...(relations === undefined ? {} : { relations }),
    };
  }
  return undefined;
}

/** Finds the relation that is no longer what the sync's plan says; undefined where an activity failed by something else. */
export function findChangedRelation(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return readFailureDetails(cause.details).changed;
  }
  return undefined;
}

/** A failure that the workflow itself finds, as an activity's would reach it. */
export function toApplicationFailure({ type, message, remedy }: SyncFailure): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: toFailureDetails({ remedy }) });
}

/**
 * The failure that ends a sync. Temporal's UI and CLI show its message first: so it says the reason and the remedy, and
 * not that some activity failed. Its details hold both apart.
 */
export function toEndingFailure(
  { type, message, remedy, relations }: Explanation,
  cause?: unknown,
): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type,
    message: `${message.replace(/\.$/u, '')} → ${remedy}`,
    nonRetryable: true,
    details: toFailureDetails({ message, remedy, ...(relations === undefined ? {} : { relations }) }),
    ...(cause instanceof Error && !(cause instanceof RelationsFailed) ? { cause } : {}),
  });
  // It would only say that this function was called; the cause has its own.
  failure.stack = '';
  return failure;
}
