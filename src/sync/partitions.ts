import type { PlannedRelation } from './sync-plan';
import type { Since, UnseenTransactions } from './unseen-transactions';

interface RelationPart {
  readonly relation: string;
  /** `pg_class.oid` of the relation; 0 for a rule */
  readonly oid: number;
  readonly definition: string;
}

/** A slice of a leaf that one activity reads: the blocks from `from` to before `to`, or to the end where it is null. */
export interface LeafPartition extends RelationPart {
  /** `pg_class.oid` of the leaf */
  readonly leaf: number;
  readonly fileNode: number;
  readonly from: number;
  readonly to: number | null;
  /** Watermark of the moment since which changed rows are read; absent: every row. */
  readonly since?: string;
  readonly unseen?: UnseenTransactions;
}

/** A view, foreign table or rule: it has no blocks and is read as a whole, but for documents that are right already. */
export interface WholePartition extends RelationPart {
  readonly whole: true;
  /** Documents that are right already are not known: every row is sent. */
  readonly unproven?: true;
}

/** Rows whose documents hold rows of other tables that changed since a moment, wherever they are. */
export interface TreePartition extends RelationPart, Since {
  readonly tree: true;
}

/** Part of a relation that one activity reads. */
export type Partition = LeafPartition | TreePartition | WholePartition;

export function isWhole(partition: Partition): partition is WholePartition {
  return 'whole' in partition;
}

export function isOfTree(partition: Partition): partition is TreePartition {
  return 'tree' in partition;
}

/** Partitions that one activity works through in order: one of a large leaf, or many small ones. */
export type CopyTask = readonly Partition[];

/** Blocks (8 KiB each) that one activity copies of a large leaf at most: 128 MiB, some 10 seconds of work. */
const BLOCKS_PER_TASK = 16_384;
/** Blocks below which cutting a leaf costs more than it gains: 4 MiB. */
const FEWEST_BLOCKS_PER_TASK = 512;
/** Small relations share an activity, since each costs Temporal some 6 events and 10 ms. */
const PARTITIONS_PER_TASK = 50;

/**
 * Cuts relations into tasks of similar size, so that `lanes` of them at a time end together. The last partition of each
 * leaf is open-ended: rows that are appended while the sync runs belong to it.
 */
export function cutTasks(relations: readonly PlannedRelation[], lanes: number): CopyTask[] {
  const blocksPerTask = sizeTasks(relations, lanes);
  const tasks: CopyTask[] = [];
  let task: Partition[] = [];
  let taskBlocks = 0;
  for (const { partition, blocks } of relations.flatMap((relation) => cutRelation(relation, blocksPerTask))) {
    if (task.length > 0 && (task.length === PARTITIONS_PER_TASK || taskBlocks + blocks > blocksPerTask)) {
      tasks.push(task);
      task = [];
      taskBlocks = 0;
    }
    task.push(partition);
    taskBlocks += blocks;
  }
  return task.length > 0 ? [...tasks, task] : tasks;
}

function sizeTasks(relations: readonly PlannedRelation[], lanes: number): number {
  const total = relations.flatMap(({ leaves }) => leaves).reduce((sum, [, , blocks]) => sum + blocks, 0);
  const tasksPerLane = Math.max(1, Math.ceil(total / lanes / BLOCKS_PER_TASK));
  return Math.max(FEWEST_BLOCKS_PER_TASK, Math.ceil(total / lanes / tasksPerLane));
}

function cutRelation(
  relation: PlannedRelation,
  blocksPerTask: number,
): { readonly partition: Partition; readonly blocks: number }[] {
  const { name, oid, definition, since, unseen, unproven, tree } = relation;
  if (relation.whole === true) {
    const partition: Partition = { relation: name, oid, definition, whole: true, ...(unproven ? { unproven } : {}) };
    return [{ partition, blocks: blocksPerTask }];
  }
  const reads = since === undefined ? {} : { since, ...(unseen === undefined ? {} : { unseen }) };
  const partitions = relation.leaves.flatMap(([leaf, fileNode, blocks, copy]) =>
    Array.from({ length: Math.max(1, Math.ceil(blocks / blocksPerTask)) }, (_, index) => {
      const from = index * blocksPerTask;
      const isLast = from + blocksPerTask >= blocks;
      const partition: Partition = {
        relation: name,
        oid,
        definition,
        leaf,
        fileNode,
        from,
        to: isLast ? null : from + blocksPerTask,
        ...(copy === 0 ? reads : {}),
      };
      return { partition, blocks: Math.min(blocksPerTask, Math.max(1, blocks - from)) };
    }),
  );
  // What a copy reads has the rows of all tables as they are.
  const isCopied = relation.leaves.every(([, , , copy]) => copy === 1);
  if (tree !== true || since === undefined || isCopied) return partitions;
  const changed: TreePartition = { relation: name, oid, definition, tree, watermark: since, ...(unseen && { unseen }) };
  return [...partitions, { partition: changed, blocks: blocksPerTask }];
}
