import { ApplicationFailure, type Context } from '@temporalio/activity';

import type { Checkpoint } from '../sync/checkpoint';
import type { Wait } from '../sync/wait';
import { addWaits } from '../sync/wire/wait-details';
import { hearWaits, type WaitListener } from '../waits/hear-waits';
import type { ActivityScope } from './contract/activity-scope';
import { readProgress } from './contract/heartbeat-details';

/** Milliseconds between heartbeats while an activity waits for a server: their answers tell that a sync is cancelled. */
const BEAT_MS = 1_000;

/**
 * Runs an activity's work with a heartbeat that goes on by itself, repeating the last checkpoint; it says, too, what the
 * work waits for.
 * @param onWaits - hears what the work waits for, and that it goes on
 * @param keep - hears what each heartbeat says, and nothing more when the work has ended
 */
export async function withScope<Result, Progress = Checkpoint>(
  context: Context,
  work: (scope: ActivityScope<Progress>) => Promise<Result>,
  onWaits: WaitListener = () => undefined,
  keep: (details?: unknown) => void = () => undefined,
): Promise<Result> {
  let latest = readProgress(context.info.heartbeatDetails) as Progress | undefined;
  let waits: readonly Wait[] = [];
  const lastCheckpoint = latest;
  const sayNow = () => {
    const details = addWaits(latest, waits);
    keep(details);
    context.heartbeat(details);
  };
  const listen: WaitListener = (told) => {
    waits = told;
    onWaits(told);
    sayNow();
  };
  const beat = setInterval(sayNow, BEAT_MS);
  sayNow();
  try {
    const scope: ActivityScope<Progress> = {
      signal: context.cancellationSignal,
      lastCheckpoint,
      heartbeat: (checkpoint) => {
        latest = checkpoint ?? latest;
        sayNow();
      },
      wasAskedToStop: () => {
        if (!context.cancellationSignal.aborted) return false;
        if (context.cancellationDetails?.cancelRequested === true) return true;
        throw ApplicationFailure.retryable(
          'The worker shuts down; another one goes on from the checkpoint',
          'WorkerShutdown',
        );
      },
    };
    return await hearWaits(listen, () => work(scope), context.cancellationSignal);
  } finally {
    clearInterval(beat);
    keep();
  }
}
