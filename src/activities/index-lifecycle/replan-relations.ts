import { describeIndex } from '../../elasticsearch/index/describe-index';
import { FAILURES } from '../../sync/failures';
import type { FailedRelation } from '../../sync/relation-failure';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { ReplannedRelation } from '../contract/activity-results';
import { fitRelations } from '../plan/fit-relations';
import { planRelation } from '../plan/plan-relation';
import { readSource, toFailedRelation } from '../plan/read-source';
import { extendForRelations } from './prepare-index';

/**
 * Plans relations anew that changed while they were read, all of them to be copied, and makes the index fit for what
 * they have become. One that is gone, can't be read any more or has become what the index can't hold fails by itself.
 * @returns what became of each
 */
export async function replanRelations(
  connector: OpenConnector,
  { job, relations }: { readonly job: SyncJob; readonly relations: readonly string[] },
): Promise<readonly ReplannedRelation[]> {
  const view = await readSource(connector, job.startedAt);
  const problems = new Map(view.problems.map((problem) => [problem.relation, toFailedRelation(problem)]));
  const names = new Set(relations);
  const index = await describeIndex(connector.elasticsearch, job.concreteIndex);
  const found = view.relations.filter(({ name }) => names.has(name) && !problems.has(name));
  const fitted = fitRelations(found, index, names);
  const planned = fitted.relations.map((projected) => planRelation(projected, undefined, job));
  await extendForRelations(connector, job, planned, fitted.relations, { areAnew: true });
  const failed = new Map(fitted.failed.map((relation) => [relation.relation, relation]));
  const done = new Set(planned.map(({ name }) => name));
  const others = relations
    .filter((name) => !done.has(name))
    .map((name) => failed.get(name) ?? problems.get(name) ?? disappeared(name));
  return [...planned, ...others];
}

function disappeared(relation: string): FailedRelation {
  const message = `${relation} disappeared while it was read`;
  return { relation, failure: { type: 'RelationMissing', message, remedy: FAILURES.RelationMissing.remedy } };
}
