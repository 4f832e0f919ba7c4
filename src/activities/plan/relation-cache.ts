import { SyncFailure } from '../../sync/failures';
import type { LeafPartition, Partition } from '../../sync/partitions';
import type { Leaf } from '../../sync/relation';
import type { SyncJob } from '../../sync/sync-plan';
import type { MemoryKind } from '../connector/connector-memory';
import type { OpenConnector } from '../connector/connector-registry';
import type { ProjectedRelation } from './projected-relation';
import { readRelations } from './read-source';

/** Descriptions kept: enough for the partitions of a large table, too few to matter for memory. */
const KEPT = 64;

/** Descriptions of a sync's relations by {@link cacheKey}, the oldest first. */
const DESCRIPTIONS: MemoryKind<Map<string, ProjectedRelation>> = { begin: () => new Map() };

/** A relation as a part of the plan names it; with the definition that it must still have, where the part tells. */
export type RelationOfPart = Pick<Partition, 'oid' | 'relation'> & Partial<Pick<Partition, 'definition'>>;

/**
 * Describes a relation for an activity; partitions of the same relation share one description, since what matters of it
 * is checked again in each chunk's transaction.
 * @throws SyncFailure `SourceChanged` when it is not what the plan says any more
 */
export async function openRelation(
  connector: OpenConnector,
  job: SyncJob,
  expected: RelationOfPart,
): Promise<ProjectedRelation> {
  const descriptions = connector.memory.of(job.jobId, DESCRIPTIONS);
  const key = cacheKey(expected);
  const kept = descriptions.get(key);
  if (kept !== undefined && isExpected(kept, expected)) return kept;
  const named = { ...expected, name: expected.relation };
  const { relations, failed } = await readRelations(connector, [named], job.startedAt);
  const [{ failure } = {}] = failed;
  if (failure !== undefined) throw new SyncFailure(failure.type, failure.message, failure.remedy);
  const [described] = relations;
  if (described === undefined || !isExpected(described, expected)) throw changed(expected.relation);
  descriptions.delete(key);
  descriptions.set(key, described);
  const [oldest] = descriptions.keys();
  if (descriptions.size > KEPT && oldest !== undefined) descriptions.delete(oldest);
  return described;
}

/**
 * The leaf that a partition is cut from.
 * @throws SyncFailure `SourceChanged` when it is gone or was rewritten
 */
export async function openLeaf(
  connector: OpenConnector,
  job: SyncJob,
  expected: RelationOfPart & Pick<LeafPartition, 'leaf' | 'fileNode'>,
): Promise<{ readonly projected: ProjectedRelation; readonly leaf: Leaf }> {
  const find = ({ relation }: ProjectedRelation) =>
    relation.leaves.find(({ oid, fileNode }) => oid === expected.leaf && fileNode === expected.fileNode);
  const projected = await openRelation(connector, job, expected);
  const leaf = find(projected);
  if (leaf !== undefined) return { projected, leaf };
  // The description may be older than the plan of this round.
  connector.memory.of(job.jobId, DESCRIPTIONS).delete(cacheKey(expected));
  const anew = await openRelation(connector, job, expected);
  const found = find(anew);
  if (found === undefined) throw changed(expected.relation);
  return { projected: anew, leaf: found };
}

function cacheKey({ oid, relation }: RelationOfPart): string {
  return `${oid}/${relation}`;
}

function isExpected(described: ProjectedRelation, { relation, definition }: RelationOfPart): boolean {
  return described.name === relation && (definition === undefined || described.definition === definition);
}

function changed(relation: string): SyncFailure {
  return new SyncFailure('SourceChanged', `${relation} changed since the sync was planned.`);
}
