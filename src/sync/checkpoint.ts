import type { RelationReport } from './report';

/**
 * Progress of a task that Elasticsearch has acknowledged: everything before block `block` of partition `partition` is.
 * It lives in the activity's heartbeat, and is the activity's result when the sync is paused.
 */
export interface Checkpoint {
  /** Position in the task's list of partitions. */
  readonly partition: number;
  /** Of a relation that is read as a whole: the bucket of document ids, in place of the block. */
  readonly block: number;
  readonly reports: readonly RelationReport[];
  /** Relations found changed under the sync: their remaining partitions are left to the next round. */
  readonly changed: readonly string[];
}

export const NO_CHECKPOINT: Checkpoint = { partition: 0, block: 0, reports: [], changed: [] };
