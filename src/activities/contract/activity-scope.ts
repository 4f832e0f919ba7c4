import type { Checkpoint } from '../../sync/checkpoint';

/** Surroundings of a long activity: a way to say how far it is, and to hear that it should stop. */
export interface ActivityScope<Progress = Checkpoint> {
  /** Aborted when the sync is cancelled or paused and when the worker shuts down. */
  readonly signal: AbortSignal;
  readonly heartbeat: (checkpoint?: Progress) => void;
  /** The place that an earlier attempt of this activity reached. */
  readonly lastCheckpoint: Progress | undefined;
  /**
   * After `signal` was aborted: true when the sync asked for it, so that the activity returns what it has.
   * @throws Error that lets it be tried again, when it was the worker's shutdown: another worker goes on from the checkpoint
   */
  readonly wasAskedToStop: () => boolean;
}
