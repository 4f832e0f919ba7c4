import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { LoadedDataConverter, Payload } from '@temporalio/common';

import { decodePayload } from '../payloads/decode-payload';
import type { Checkpoint } from '../sync/checkpoint';
import { addReports, type RelationReport } from '../sync/report';
import type { Wait } from '../sync/wait';
import { readFailureDetails } from '../sync/wire/failure-details';
import { readWaits } from '../sync/wire/wait-details';

/** An activity that runs or waits to be tried again. */
export interface PendingWork {
  readonly activity: string;
  readonly attempt: number;
  /** Its progress, where it tells. */
  readonly checkpoint?: Checkpoint;
  /** Everything that it waits for, where it runs. */
  readonly waits: readonly Wait[];
  /** The failure of its last attempt. */
  readonly lastFailure?: string;
  /** The type of that failure, and what to do about it. */
  readonly failureType?: string;
  readonly remedy?: string;
  /** When it is tried again, after a failure. */
  readonly nextAttemptAt?: Date;
}

/** `PENDING_ACTIVITY_STATE_STARTED` */
const STARTED = 2;

type RawActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Whether a worker is at an activity: else its heartbeat is that of the attempt before. */
export function isStarted({ state }: Pick<RawActivity, 'state'>): boolean {
  return Number(state) === STARTED;
}

/** The work that a running sync waits for: checkpoints live in heartbeats, which queries of the workflow don't show. */
export function readPendingWork(
  { raw }: Pick<WorkflowExecutionDescription, 'raw'>,
  converter: LoadedDataConverter,
): Promise<PendingWork[]> {
  return Promise.all((raw.pendingActivities ?? []).map((activity) => readActivity(activity, converter)));
}

async function readActivity(activity: RawActivity, converter: LoadedDataConverter): Promise<PendingWork> {
  const { activityType, attempt, heartbeatDetails, lastFailure, scheduledTime } = activity;
  const heartbeat = await readPayload(heartbeatDetails?.payloads?.[0], converter);
  const info = lastFailure?.applicationFailureInfo;
  const { remedy } = readFailureDetails([await readPayload(info?.details?.payloads?.[0], converter)]);
  const failure = readMessage(await readPayload(lastFailure?.encodedAttributes, converter)) ?? lastFailure?.message;
  const seconds = Number(scheduledTime?.seconds ?? 0);
  return {
    activity: activityType?.name ?? 'unknown',
    attempt: attempt ?? 1,
    ...(isCheckpoint(heartbeat) ? { checkpoint: heartbeat } : {}),
    waits: isStarted(activity) ? readWaits(heartbeat) : [],
    ...(failure == null || failure === '' ? {} : { lastFailure: failure }),
    ...(info?.type == null ? {} : { failureType: info.type }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(seconds === 0 ? {} : { nextAttemptAt: new Date(seconds * 1_000) }),
  };
}

/** Leaves out what was encrypted with a foreign key, or is not ours: the rest tells enough. */
async function readPayload(payload: Payload | null | undefined, converter: LoadedDataConverter): Promise<unknown> {
  if (payload == null) return undefined;
  return decodePayload(converter, payload).catch(() => undefined);
}

function isCheckpoint(value: unknown): value is Checkpoint {
  return typeof value === 'object' && value !== null && 'reports' in value && Array.isArray(value.reports);
}

/** Failures whose attributes are encrypted keep them as a payload. */
function readMessage(attributes: unknown): string | undefined {
  if (typeof attributes !== 'object' || attributes === null || !('message' in attributes)) return undefined;
  return typeof attributes.message === 'string' ? attributes.message : undefined;
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
