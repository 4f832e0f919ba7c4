import { ApplicationFailure, type Context } from '@temporalio/activity';

import type { Checkpoint } from '../sync/checkpoint';
import type { ActivityScope } from './contract/activity-scope';
import { readProgress } from './contract/heartbeat-details';

/** Milliseconds between heartbeats while an activity waits for a server: their answers tell that a sync is cancelled. */
const BEAT_MS = 1_000;

/** Runs an activity's work with a heartbeat that goes on by itself, repeating the last checkpoint. */
export async function withScope<Result, Progress = Checkpoint>(
  context: Context,
  work: (scope: ActivityScope<Progress>) => Promise<Result>,
): Promise<Result> {
  let latest = readProgress(context.info.heartbeatDetails) as Progress | undefined;
  const lastCheckpoint = latest;
  const beat = setInterval(() => {
    context.heartbeat(latest);
  }, BEAT_MS);
  context.heartbeat(latest);
  try {
    return await work({
      signal: context.cancellationSignal,
      lastCheckpoint,
      heartbeat: (checkpoint) => {
        latest = checkpoint ?? latest;
        context.heartbeat(latest);
      },
      wasAskedToStop: () => {
        if (!context.cancellationSignal.aborted) return false;
        if (context.cancellationDetails?.cancelRequested === true) return true;
        throw ApplicationFailure.retryable(
          'The worker shuts down; another one goes on from the checkpoint',
          'WorkerShutdown',
        );
      },
    });
  } finally {
    clearInterval(beat);
  }
}
