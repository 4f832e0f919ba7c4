import { defaultPayloadConverter } from '@temporalio/common';
import { type WorkflowExecutionDescription } from '@temporalio/client';

import { type Checkpoint } from '../sync/checkpoint';
import { addReports, type RelationReport } from '../sync/report';

/** An activity that runs or waits to be tried again. */
export interface PendingWork {
  readonly activity: string;
  readonly attempt: number;
  /** How far it is, where it says so. */
  readonly checkpoint?: Checkpoint;
  /** What its last attempt failed of. */
  readonly lastFailure?: string;
  /** When it is tried again, after a failure. */
  readonly nextAttemptAt?: Date;
}

/** The work that a running sync waits for: checkpoints live in heartbeats, which queries of the workflow don't show. */
export function readPendingWork({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): PendingWork[] {
  return (raw.pendingActivities ?? []).map(
    ({ activityType, attempt, heartbeatDetails, lastFailure, scheduledTime }) => {
      const payload = heartbeatDetails?.payloads?.[0];
      const checkpoint = payload == null ? undefined : readCheckpoint(payload);
      const failure = lastFailure?.message;
      const seconds = Number(scheduledTime?.seconds ?? 0);
      return {
        activity: activityType?.name ?? 'unknown',
        attempt: attempt ?? 1,
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(failure == null || failure === '' ? {} : { lastFailure: failure }),
        ...(seconds === 0 ? {} : { nextAttemptAt: new Date(seconds * 1_000) }),
      };
    },
  );
}

/** Payloads that a codec encrypted are not for us to read. */
function readCheckpoint(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0]): Checkpoint | undefined {
  try {
    const value = defaultPayloadConverter.fromPayload<Checkpoint | undefined>(payload);
    return Array.isArray(value?.reports) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reports of finished work together with those of work under way. */
export function addPendingReports(
  reports: readonly RelationReport[],
  pending: readonly PendingWork[],
): RelationReport[] {
  const sums = new Map(reports.map((report) => [report.relation, report]));
  for (const report of pending.flatMap(({ checkpoint }) => checkpoint?.reports ?? [])) {
    const before = sums.get(report.relation);
    sums.set(report.relation, before === undefined ? report : addReports(before, report));
  }
  return [...sums.values()];
}
