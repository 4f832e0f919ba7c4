import type { StreamState } from '../../sync/wire/follow-state';

/** Surroundings of a stream. */
export interface FollowScope {
  /** Ends the stream: it was stopped, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Run id of the workflow, for dead letters. */
  readonly jobId: string;
  /** Tells what the stream does, for people; it is kept and told on. */
  readonly show: (state: StreamState) => void;
  /** Asks for an incremental sync that starts after now. */
  readonly requestSync: (reasons: readonly string[]) => Promise<void>;
  /** Asks for an incremental sync that reads relations again whose tables changed. */
  readonly requestReadAgain: (relations: readonly string[]) => Promise<void>;
  /** Whether the connector is to be followed as it was when the stream began. */
  readonly isCurrent: () => Promise<boolean>;
}

/** How a stream tells of itself, and ends. */
export interface Voice {
  readonly state: () => StreamState;
  readonly show: (changed: Partial<StreamState>) => void;
  readonly end: (reason: unknown) => void;
}
