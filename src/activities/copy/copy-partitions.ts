import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { copyRows } from '../../postgres/rows/copy-rows';
import { copyChangedTrees } from '../../postgres/tree-rows/copy-changed-trees';
import { SyncFailure } from '../../sync/failures';
import { isOfTree, isWhole, type LeafPartition, type Partition, type TreePartition } from '../../sync/partitions';
import { mayShareIds } from '../../sync/relation';
import { toRelationFailure } from '../../sync/relation-failure';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CopyInput } from '../contract/activity-inputs';
import type { CopyResult } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import type { ProjectedRelation } from '../plan/projected-relation';
import { openLeaf, openRelation } from '../plan/relation-cache';
import { copyOptions } from './copy-options';
import { type CopyProgress, trackProgress } from './copy-progress';
import { copyWholeRelation } from './copy-whole-relation';
import { BLOCKS_PER_CHUNK, cutChunks } from './cut-chunks';
import { listRefusedIds } from './refuse-shared-keys';
import { withWriter } from './with-writer';
import { writePieces } from './write-pieces';

/**
 * Copies partitions chunk by chunk. The next chunk is read while Elasticsearch still works on the last one; a chunk
 * counts, in the checkpoint and in the report, when all of it is acknowledged, and chunks count in their order.
 */
export async function copyPartitions(
  connector: OpenConnector,
  input: CopyInput,
  scope: ActivityScope,
): Promise<CopyResult> {
  const limit = { connectorId: input.job.connectorId, maxRejected: connector.settings.limits.maxRejected };
  const progress = trackProgress(limit, scope.lastCheckpoint ?? input.resumeFrom, scope);
  const start = progress.checkpoint();
  try {
    await withWriter(connector, input.job, scope.signal, async (writer) => {
      for (const [offset, partition] of input.task.slice(start.partition).entries()) {
        if (progress.isLeftOut(partition.relation)) continue;
        const position = start.partition + offset;
        const first = 'from' in partition ? partition.from : 0;
        const from = offset === 0 ? Math.max(start.block, first) : first;
        const copy = { partition, position, from, writer, progress, signal: scope.signal };
        await connector.meter.partition(() => copyPartition(connector, input, copy));
      }
      await progress.settle();
    });
    return { finished: true, checkpoint: { ...progress.checkpoint(), partition: input.task.length, block: 0 } };
  } catch (error) {
    if (scope.signal.aborted && scope.wasAskedToStop()) return { finished: false, checkpoint: progress.checkpoint() };
    throw error;
  }
}

interface PartitionCopy {
  readonly partition: Partition;
  /** Place of the partition in the task. */
  readonly position: number;
  readonly from: number;
  readonly writer: BulkWriter;
  readonly progress: CopyProgress;
  readonly signal: AbortSignal;
}

async function copyPartition(connector: OpenConnector, input: CopyInput, copy: PartitionCopy): Promise<void> {
  const { partition, progress } = copy;
  try {
    if (isWhole(partition)) await copyWholeRelation(connector, input, { ...copy, partition });
    else if (isOfTree(partition)) await copyChangedDocuments(connector, input, { ...copy, partition });
    else await copyLeafPartition(connector, input, { ...copy, partition });
  } catch (error) {
    const isChanged = error instanceof SyncFailure && error.type === 'SourceChanged';
    const failure = toRelationFailure(error);
    if (!isChanged && failure === undefined) throw error;
    await progress.settle();
    progress.leaveOut(partition.relation, failure);
  }
}

async function copyLeafPartition(
  connector: OpenConnector,
  { job, round }: CopyInput,
  copy: PartitionCopy & { readonly partition: LeafPartition },
): Promise<void> {
  const { partition, position, from, writer, progress, signal } = copy;
  const { relation, since: watermark, unseen } = partition;
  const target = { connector, job, writer, relation, version: passVersion(job, 'copy', round), signal };
  const { projected, leaf } = await openLeaf(connector, job, partition);
  const blocksPerChunk = chooseChunk(projected, watermark);
  // A row that came since may share its key with another one: the catch-up looks before it reads those.
  const mayShare = mayShareIds(projected.relation);
  const refused = mayShare ? await listRefusedIds(connector, { job, round }, relation) : [];
  const unshared = mayShare ? { unchangedSince: job, without: refused } : {};
  for (const range of cutChunks({ from, to: partition.to }, leaf.blocks, blocksPerChunk)) {
    if (progress.isLeftOut(relation)) return;
    const started = performance.now();
    const pieces = copyRows(connector.source, {
      ...copyOptions(target, projected.projection),
      relation: projected.relation,
      leaf,
      range,
      ...unshared,
      ...(watermark === undefined ? {} : { changedSince: { watermark, ...(unseen === undefined ? {} : { unseen }) } }),
    });
    const { acknowledged } = await writePieces(pieces, target);
    const seconds = (performance.now() - started) / 1_000;
    progress.follow(acknowledged, { relation, position, block: range.to ?? leaf.blocks, seconds });
  }
}

function chooseChunk({ projection }: ProjectedRelation, watermark: string | undefined): number {
  if (watermark !== undefined) return BLOCKS_PER_CHUNK.changes;
  return projection.tree === undefined ? BLOCKS_PER_CHUNK.everything : BLOCKS_PER_CHUNK.trees;
}

/** Done at once or not at all: a row of another table may lead to documents anywhere. */
async function copyChangedDocuments(
  connector: OpenConnector,
  { job, round }: CopyInput,
  copy: PartitionCopy & { readonly partition: TreePartition },
): Promise<void> {
  const { partition, position, from, writer, progress, signal } = copy;
  if (from > 0) return;
  const { relation } = partition;
  const target = { connector, job, writer, relation, version: passVersion(job, 'copy', round), signal };
  const { rows, projection } = await openRelation(connector, job, partition);
  const { tree } = projection;
  if (tree === undefined || !('leaves' in rows)) throw new Error(`${relation} holds no rows of other tables`);
  const started = performance.now();
  const request = { ...copyOptions(target, projection), rows, tree, since: partition, withOwn: false };
  const { acknowledged } = await writePieces(copyChangedTrees(connector.source, request), target);
  progress.follow(acknowledged, { relation, position, block: 1, seconds: (performance.now() - started) / 1_000 });
}
