import { SyncFailure } from '../../sync/failures';
import type { PlannedRelation } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { ReplanInput } from '../contract/activity-inputs';
import { planRelation } from '../plan/plan-relation';
import { readSource, throwProblems } from '../plan/read-source';
import { extendForRelations } from './prepare-index';

/**
 * Plans relations anew that changed while they were read, all of them to be copied, and makes the index fit for what
 * they have become.
 * @throws SyncFailure `RelationMissing` for one that is gone or can't be read any more
 */
export async function replanRelations(
  connector: OpenConnector,
  { job, relations }: ReplanInput,
): Promise<readonly PlannedRelation[]> {
  const view = await readSource(connector, job.startedAt);
  throwProblems(job.connectorId, view.problems);
  const byName = new Map(view.relations.map((projected) => [projected.name, projected]));
  const changed = relations.map((name) => {
    const projected = byName.get(name);
    if (projected === undefined) {
      throw new SyncFailure('RelationMissing', `Connector ${job.connectorId}: ${name} disappeared while it was read.`);
    }
    return projected;
  });
  const planned = changed.map((projected) => planRelation(projected, undefined, job.watermark));
  await extendForRelations(connector.elasticsearch, job, planned, changed);
  return planned;
}
