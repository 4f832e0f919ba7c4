import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';

const ACTIVITIES = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
/** A poll lasts up to a minute; Temporal lists a worker for minutes after its last one. */
const RECENT_MS = 75_000;

/** Identities of the workers that wait for activities of a task queue, or have done so within the last minute. */
export async function listPollers(
  { workflowService }: NativeConnection,
  namespace: string,
  taskQueue: string,
): Promise<string[]> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: ACTIVITIES,
  });
  return pollers.flatMap(({ identity, lastAccessTime }) => {
    const isRecent = Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < RECENT_MS;
    return isRecent && identity != null && identity !== '' ? [identity] : [];
  });
}
