import type { CopyInput } from '../../src/activities/contract/activity-inputs';
import type { CopyResult } from '../../src/activities/contract/activity-results';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import type { Partition } from '../../src/sync/partitions';

/** Runs when the first blocks of a leaf have been read, one more each time: `(relation, 1)` after the first one. */
export type PieceHook = (relation: string, blocks: number) => Promise<void>;

/** Blocks that a test reads one by one of each partition; its last piece is as open as the partition's own. */
const PIECES = 4;

/** Copies a task as if every block were a partition of a large table, and lets something happen in between. */
export async function copyInPieces(
  activities: SyncActivities,
  input: CopyInput,
  between: PieceHook,
): Promise<CopyResult> {
  let { resumeFrom } = input;
  for (const partition of input.task) {
    for (const [read, piece] of cutBlocks(partition).entries()) {
      if (read > 0) await between(partition.relation, read);
      const checkpoint = { ...resumeFrom, partition: 0, block: 0 };
      const result = await activities.copyPartitions({ ...input, task: [piece], resumeFrom: checkpoint });
      resumeFrom = result.checkpoint;
    }
  }
  return { finished: true, checkpoint: { ...resumeFrom, partition: input.task.length, block: 0 } };
}

function cutBlocks(partition: Partition): Partition[] {
  if (!('from' in partition)) return [partition];
  return Array.from({ length: PIECES }, (_, block) => ({
    ...partition,
    from: partition.from + block,
    to: block === PIECES - 1 ? partition.to : partition.from + block + 1,
  }));
}
