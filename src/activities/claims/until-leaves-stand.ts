import { SyncFailure } from '../../sync/failures';
import type { Claims } from '../../sync/followed-definitions';
import type { PlannedLeaf, PlannedRelation } from '../../sync/sync-plan';

/** What a plan reads of relations, and which of them a stream writes. */
export interface FollowedPlan {
  readonly relations: readonly PlannedRelation[];
  readonly followed: Claims;
}

const MOST_PLANS = 10;

/**
 * Plans until two plans in a row find the same leaves to copy of relations that a stream writes. They took the place of
 * others before the latter plan's version was chosen: so what the stream has written of those is older than the copy.
 * @throws SyncFailure `SourceChanged` where they are exchanged ever faster than that
 */
export async function untilLeavesStand<Plan extends FollowedPlan>(makePlan: () => Promise<Plan>): Promise<Plan> {
  let before: string | undefined;
  for (let plans = 0; plans < MOST_PLANS; plans += 1) {
    const plan = await makePlan();
    const leaves = listLeaves(plan);
    if (leaves.length === 0 || JSON.stringify(leaves) === before) return plan;
    before = JSON.stringify(leaves);
  }
  throw new SyncFailure('SourceChanged', 'Partitions or tables are exchanged faster than a sync can be planned.');
}

function listLeaves({ relations, followed }: FollowedPlan) {
  const isCopied = ([, , , copy]: PlannedLeaf) => copy === 1;
  return relations
    .filter(({ name, leaves }) => followed[name] !== undefined && leaves.some(isCopied))
    .map(({ name, leaves }) => [name, ...leaves.map(([oid, fileNode]) => `${oid}:${fileNode}`).sort()]);
}
