import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';

import type { FailureType } from '../../sync/failures';
import { throughOutages } from '../../temporal/through-outages';
import { hasEnded } from '../../worker/worker-identity';

/** Milliseconds that a worker has to take a sync up. */
const PATIENCE_MS = 2_000;
const LOOK_MS = 100;
/** While a worker attends to the sync. */
const RARE_LOOK_MS = 1_000;
/** Milliseconds after which an activity that is due is one that no worker polls for: their slots may be full for a while. */
const OVERDUE_MS = 10_000;
/** Milliseconds that Temporal has to describe a sync of which somebody wants to know at once. */
const ANSWER_MS = 1_000;
/** Milliseconds within which a worker that does not know the connector has failed its attempt. */
const REFUSING_MS = 500;

/** `PENDING_ACTIVITY_STATE_SCHEDULED`: waits for a worker, or for its next attempt. */
const SCHEDULED = 1;

type Handle = Pick<WorkflowHandle, 'describe'>;
type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/**
 * Resolves to true when a running sync has waited in vain for a worker that knows its connector, to false when it has
 * ended or `signal` fires. (Temporal's list of pollers is no help: it names workers for minutes after they have died.)
 */
export async function untilUnattended(handle: Handle, onOutage: () => void, signal: AbortSignal): Promise<boolean> {
  let since: number | undefined;
  while (!signal.aborted) {
    const description = await throughOutages(() => handle.describe(), onOutage, signal);
    if (description.status.name !== 'RUNNING') return false;
    since = isUnattended(description) ? (since ?? Date.now()) : undefined;
    if (since !== undefined && Date.now() - since >= PATIENCE_MS) return true;
    await sleep(since === undefined && isValidated(description) ? RARE_LOOK_MS : LOOK_MS, undefined, { signal }).catch(
      () => undefined,
    );
  }
  return false;
}

/** Whether a sync, as it is now, waits for a worker in vain. */
export async function lacksWorker(handle: Handle, onOutage: () => void, signal: AbortSignal): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    const description = await throughOutages(() => handle.describe(), onOutage, signal);
    const isLeft = isUnattended(description);
    // The first step shows whether a worker that takes it up knows the connector.
    if (signal.aborted || (!isLeft && isValidated(description))) return false;
    if (Date.now() >= deadline) return isLeft;
    await sleep(LOOK_MS);
  }
}

/** Whether a worker is at a sync; false too where Temporal does not say so at once. */
export async function isAttended(handle: Handle): Promise<boolean> {
  const description = handle.describe().catch(() => undefined);
  const found = await Promise.race([description, sleep(ANSWER_MS, undefined, { ref: false })]);
  return found?.status.name === 'RUNNING' && !isUnattended(found);
}

/** Whether a sync has begun in earnest, or ended. */
function isValidated({ status, raw }: WorkflowExecutionDescription): boolean {
  const isFirst = (raw.pendingActivities ?? []).some(({ activityType }) => activityType?.name === 'validateConnector');
  return status.name !== 'RUNNING' || (!isFirst && raw.pendingWorkflowTask == null);
}

function isUnattended({ status, raw }: WorkflowExecutionDescription): boolean {
  if (status.name !== 'RUNNING') return false;
  if (raw.pendingWorkflowTask != null) return raw.pendingWorkflowTask.startedTime == null;
  const activities = raw.pendingActivities ?? [];
  return activities.length > 0 && activities.every(isLeft);
}

function isLeft({ state, scheduledTime, lastStartedTime, lastFailure, lastWorkerIdentity }: PendingActivity): boolean {
  const isRefused = lastFailure?.applicationFailureInfo?.type === ('OtherConfiguration' satisfies FailureType);
  if (Number(state) === SCHEDULED) return isRefused || Date.now() - toMs(scheduledTime) > OVERDUE_MS;
  if (isRefused && Date.now() - toMs(lastStartedTime) < REFUSING_MS) return true;
  return hasEnded(lastWorkerIdentity ?? '');
}

function toMs(time: PendingActivity['scheduledTime']): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1_000_000;
}
