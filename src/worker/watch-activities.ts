import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

import { type ActivitySubject, readSubject } from '../activities/activity-subject';
import type { FailureType } from '../sync/failures';

/** Hears of every attempt of an activity that failed. */
export type OnFailure = (connectorId: string, type: string) => void;

/** Names connector and relation in whatever an activity logs, and counts the attempts that fail. */
export function watchActivities(onFailure: OnFailure): ActivityInterceptorsFactory {
  return () => {
    let subject: ActivitySubject = {};
    return {
      inbound: {
        execute: async (input, next) => {
          subject = readSubject(input.args[0]);
          try {
            return await next(input);
          } catch (error) {
            if (!(error instanceof CancelledFailure) && !isLeft(error))
              onFailure(subject.connector ?? '', typeOf(error));
            throw error;
          }
        },
      },
      outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...subject }) },
    };
  };
}

/** Work that is left to a worker of another configuration has not failed. */
function isLeft(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === ('OtherConfiguration' satisfies FailureType);
}

/** The failure interceptor, which is nearer to the activity, has made all but cancellations into these. */
function typeOf(error: unknown): string {
  return error instanceof ApplicationFailure ? (error.type ?? 'Defect') : 'Defect';
}
