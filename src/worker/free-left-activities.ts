import {
  ActivityCancelledError,
  ActivityNotFoundError,
  AsyncCompletionClient,
  isGrpcServiceError,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';

import type { ActivityAddress } from '../sync/wire/activity-address';
import { readKept, removeKept } from './keep-heartbeats';
import { hasEnded } from './worker-identity';

/** Namespace, task queue and worker, to look for work that ended workers left. */
export interface LeftWork {
  readonly namespace: string;
  /** Task queue of the workflows. */
  readonly taskQueue: string;
  /** Identity of this worker. */
  readonly identity: string;
  readonly dataConverter: DataConverter;
}

/** `PENDING_ACTIVITY_STATE_STARTED`: not one that waits for its next attempt or that is being cancelled. */
const STARTED = 2;
/** gRPC's code for an activity that ended meanwhile. */
const NOT_FOUND = 5;

/**
 * Frees the activities that a worker which died on this host has left behind, so that they go on from their checkpoints
 * at once, those that it kept on this host: otherwise Temporal waits until their heartbeats time out. Where a worker is
 * mistaken for a dead one, as by containers that share a host name, an activity runs twice, which does no harm: its writes
 * carry versions.
 * @returns activities that were freed
 */
export async function freeLeftActivities(
  connection: NativeConnection,
  { namespace, taskQueue, identity, dataConverter }: LeftWork,
): Promise<number> {
  const { workflowService } = connection;
  const heartbeats = new AsyncCompletionClient({ connection, namespace, identity, dataConverter });
  const query = `TaskQueue = ${JSON.stringify(taskQueue)} and ExecutionStatus = 'Running'`;
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1_000 });
  const dead = new Set<string>();
  let freed = 0;
  for (const { execution } of executions) {
    const { workflowId, runId } = execution ?? {};
    if (workflowId == null || runId == null) continue;
    const run = { workflowId, runId };
    const left = await findLeftActivities(connection, namespace, run, identity);
    for (const { activityId, worker } of left) {
      const activity = { ...run, activityId };
      dead.add(worker);
      await sendHeartbeat(heartbeats, activity, readKept(worker)(activity));
      await failActivity(connection, { namespace, ...activity, identity });
    }
    // Its cache of the workflow died with it.
    if (left.length > 0) await workflowService.resetStickyTaskQueue({ namespace, execution: run });
    freed += left.length;
  }
  for (const worker of dead) removeKept(worker);
  return freed;
}

interface LeftActivity {
  readonly activityId: string;
  /** Identity of the worker that left it. */
  readonly worker: string;
}

async function findLeftActivities(
  { workflowService }: NativeConnection,
  namespace: string,
  execution: { readonly workflowId: string; readonly runId: string },
  identity: string,
): Promise<LeftActivity[]> {
  const { pendingActivities } = await workflowService.describeWorkflowExecution({ namespace, execution });
  return pendingActivities.flatMap(({ activityId, state, lastWorkerIdentity }) => {
    const worker = lastWorkerIdentity ?? '';
    const isLeft = Number(state) === STARTED && hasEnded(worker, identity);
    return isLeft && activityId != null ? [{ activityId, worker }] : [];
  });
}

/** Sends the heartbeat that the dead worker had not sent yet. */
async function sendHeartbeat(
  client: AsyncCompletionClient,
  activity: ActivityAddress,
  details: unknown,
): Promise<void> {
  if (details === undefined) return;
  try {
    await client.heartbeat(activity, details);
  } catch (error) {
    // Who is to end hears of it when it is tried again; one that has ended needs none.
    if (!(error instanceof ActivityCancelledError || error instanceof ActivityNotFoundError)) throw error;
  }
}

interface FailedActivity extends ActivityAddress {
  readonly namespace: string;
  readonly identity: string;
}

async function failActivity({ workflowService }: NativeConnection, activity: FailedActivity): Promise<void> {
  const failure = {
    message: 'The worker died; another one on its host goes on from the checkpoint',
    // A worker waits for it: not after the second that a failed server gets.
    applicationFailureInfo: { type: 'WorkerDied', nonRetryable: false, nextRetryDelay: { nanos: 1_000_000 } },
  };
  try {
    await workflowService.respondActivityTaskFailedById({ ...activity, failure });
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code !== NOT_FOUND) throw error;
  }
}
