import type { FoundStream } from '../jobs/find-stream';
import type { ListedJob } from '../jobs/list-jobs';
import type { PendingWork } from '../jobs/read-pending-work';
import type { NextStart } from '../schedules/next-starts';
import type { RelationReport } from '../sync/report';

/**
 * The state of a connector: that of its latest sync, as Temporal calls it; `never` where Temporal remembers none, `unknown`
 * until Temporal has answered.
 */
export type ConnectorState =
  'failed' | 'terminated' | 'timed_out' | 'running' | 'cancelled' | 'completed' | 'never' | 'unknown' | (string & {});

/** A connector as a list of all shows it. */
export interface ConnectorStatus {
  readonly id: string;
  /** As the file says, or the last sync that completed. */
  readonly index?: string;
  /** Whether the worker's file names it; others share its task queue, or were named once. */
  readonly isOwn: boolean;
  readonly state: ConnectorState;
  /** Its last jobs, the oldest first. */
  readonly jobs: readonly ListedJob[];
  /** When its last completed sync ended, as far as Temporal remembers. */
  readonly inStepSince?: Date;
  readonly nextStarts: readonly NextStart[];
  /** Absent where its changes are not followed, and need not be. */
  readonly stream?: StreamStatus;
}

/** The stream that follows a connector's changes, as a list of all shows it. */
export interface StreamStatus {
  /** `running`, how it ended, or `never` where Temporal remembers none. */
  readonly status: string;
  /** How the worker's file wants changes to be followed; absent: it does not ask for it, or does not name the connector. */
  readonly mode?: 'stream' | 'poll';
}

/** All connectors of a task queue. */
export interface StatusOverview {
  readonly connectors: readonly ConnectorStatus[];
  /** What could not be asked, and why it may be incomplete; absent: nothing. */
  readonly trouble?: string;
}

/** More of one connector, which takes more questions: it is asked for what is shown only. */
export interface ConnectorDetails {
  /** Of a sync that runs. */
  readonly progress?: RunningProgress;
  /** Why the last sync did not complete. */
  readonly failure?: ShownFailure;
  /** Rows without a document, by reason. */
  readonly refused: readonly RefusedRows[];
  /** How its stream goes; absent where there is none, and while Temporal does not answer. */
  readonly stream?: FoundStream;
  /** What its index says, where Temporal remembers no completed sync; absent where that could not be asked. */
  readonly indexMemory?: IndexMemory;
}

/** What an index keeps of a connector. */
export interface IndexMemory {
  /** When what wrote it last had begun; absent: nothing of the connector ever did. */
  readonly writtenAt?: Date;
}

/** How far a running sync is, and what it waits for. */
export interface RunningProgress {
  /** Absent while no worker answers. */
  readonly phase?: string;
  readonly paused: boolean;
  readonly estimatedRows: number;
  readonly relations: readonly RelationReport[];
  readonly pending: readonly PendingWork[];
}

/** The failure of a sync, for people. */
export interface ShownFailure {
  readonly type: string;
  readonly message: string;
  readonly remedy: string;
}

/** Rows of a relation that have no document, for one kind of reason. */
export interface RefusedRows {
  readonly relation: string;
  readonly rows: number;
  readonly isDropped: boolean;
  readonly reason: string;
}
