import { ApplicationFailure, type Context } from '@temporalio/activity';

import type { Checkpoint } from '../../sync/checkpoint';
import { readProgress } from './heartbeat-details';

/** What a long activity needs of its surroundings: a way to say how far it is, and to hear that it should stop. */
export interface ActivityScope<Progress = Checkpoint> {
  /** Aborted when the sync is cancelled or paused and when the worker shuts down. */
  readonly signal: AbortSignal;
  readonly heartbeat: (checkpoint?: Progress) => void;
  /** Where an earlier attempt of this activity got. */
  readonly lastCheckpoint: Progress | undefined;
  /**
   * After `signal` was aborted: true when the sync asked for it, so that the activity returns what it has.
   * @throws ApplicationFailure retryable, when it was the worker's shutdown: another worker goes on from the checkpoint
   */
  readonly wasAskedToStop: () => boolean;
}

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
