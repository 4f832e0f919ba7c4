import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

import { type ActivitySubject, readSubject } from '../activities/activity-subject';

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
            if (!(error instanceof CancelledFailure)) onFailure(subject.connector ?? '', typeOf(error));
            throw error;
          }
        },
      },
      outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...subject }) },
    };
  };
}

/** The failure interceptor, which is nearer to the activity, has made all but cancellations into these. */
function typeOf(error: unknown): string {
  return error instanceof ApplicationFailure ? (error.type ?? 'Defect') : 'Defect';
}
