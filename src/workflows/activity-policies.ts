import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';

import type { SyncActivities } from '../activities/contract/sync-activities';
import { dataTaskQueue } from '../sync/wire/workflow-names';

/** Servers restart and fail over: what can be tried again is, for as long as it takes; the Temporal UI shows it. */
const PATIENT = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/**
 * The activities of a sync, as its workflow calls them: the first step, looks at both servers, those that control, those
 * that carry data.
 */
export type ActivityProxies = ReturnType<typeof proxySyncActivities>;

/** Every timeout and retry policy of the sync, in one place. */
export function proxySyncActivities() {
  // A worker that dies is noticed by its heartbeats.
  const heartbeatTimeout = '30 seconds';
  const patient = {
    heartbeatTimeout,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: PATIENT,
  } as const;
  return {
    // It answers a person who waits: a server that is down is an answer, after a few tries. The activity counts them
    // itself, since an attempt that a worker leaves to others is none.
    first: proxyActivities<SyncActivities>({ heartbeatTimeout, startToCloseTimeout: '2 minutes', retry: PATIENT }),
    // Its own tries of the servers are counted as those of the first step.
    look: proxyActivities<SyncActivities>({ ...patient, startToCloseTimeout: '30 minutes' }),
    // Where it is had at once, or not at all: a sync does the same, and shows what it waits for.
    glance: proxyActivities<SyncActivities>({
      ...patient,
      startToCloseTimeout: '5 minutes',
      retry: { maximumAttempts: 1 },
    }),
    control: proxyActivities<SyncActivities>({ ...patient, startToCloseTimeout: '30 minutes' }),
    data: proxyActivities<SyncActivities>({
      ...patient,
      startToCloseTimeout: '24 hours',
      taskQueue: dataTaskQueue(workflowInfo().taskQueue),
    }),
  };
}
