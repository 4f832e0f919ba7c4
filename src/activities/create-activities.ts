import { Context } from '@temporalio/activity';

import type { Checkpoint } from '../sync/checkpoint';
import { hasManyIndices, isOneOfMany } from '../sync/indices/index-naming';
import { isAllUnchanged } from '../sync/indices/is-all-unchanged';
import type { SyncJob } from '../sync/sync-plan';
import { validateConnector } from './check/validate-connector';
import { compareIds, eachPart } from './compare/compare-ids';
import { deleteStaleDocuments } from './compare/delete-stale-documents';
import { surveyRelations } from './compare/survey-relations';
import type { ConnectorRegistry, OpenConnector } from './connector/connector-registry';
import { countWaits } from './connector/count-waits';
import type { PlanRequest, ValidateInput } from './contract/activity-inputs';
import type { ActivityScope } from './contract/activity-scope';
import type { SyncActivities } from './contract/sync-activities';
import { catchUpRelations } from './copy/catch-up-relations';
import { copyPartitions } from './copy/copy-partitions';
import { refuseSharedKeys } from './copy/refuse-shared-keys';
import { retryRejected } from './copy/retry-rejected';
import { failAfterPatience, type Tries } from './fail-after-patience';
import { toApplicationFailure } from './failure-interceptor';
import { finishSync } from './index-lifecycle/finish-sync';
import { forgetIndices } from './index-lifecycle/forget-indices';
import { prepareIndex } from './index-lifecycle/prepare-index';
import { replanRelations } from './index-lifecycle/replan-relations';
import { restoreIndex } from './index-lifecycle/restore-index';
import { ONLY_WORKER, openOrLeave, type ThisWorker } from './leave-to-others';
import { lookAtIndices, type LookScope } from './look/look-at-indices';
import { lookForChanges } from './look/look-for-changes';
import { withoutWaiting } from './look/without-waiting';
import { planSync } from './plan/plan-sync';
import { withScope } from './with-scope';

/**
 * The activities of a worker, over the connectors that it knows; what others know better is left to them.
 * @param searchAttributes - whether syncs can set them
 */
export function createActivities(
  registry: ConnectorRegistry,
  searchAttributes = false,
  self: ThisWorker = ONLY_WORKER,
): SyncActivities {
  const on = async <Result>(
    { connectorId, definition }: Pick<SyncJob, 'connectorId' | 'definition'>,
    work: (connector: OpenConnector, scope: ActivityScope) => Promise<Result>,
    resumeFrom?: Checkpoint,
  ): Promise<Result> => {
    const open = () => registry.open(connectorId, definition);
    const connector = await openOrLeave(Context.current(), self, open, resumeFrom);
    return withScope(Context.current(), (scope) => work(connector, scope), countWaits(connector.meter));
  };
  const factsOf = ({ definition, settings }: OpenConnector) => {
    const { concurrency, maxDeleteRatio, maxRejected } = settings.limits;
    return { definition, concurrency, maxDeleteRatio, maxRejected, searchAttributes, worker: self.identity };
  };
  /** Tries the servers of a sync that begins, and goes on with them. */
  const begin = async <Result>(
    { connectorId, index, definition, run }: ValidateInput,
    work: (connector: OpenConnector, scope: ActivityScope<Tries>) => Promise<Result>,
  ): Promise<Result> => {
    try {
      const context = Context.current();
      const connector = await openOrLeave(context, self, () =>
        run === undefined
          ? registry.open(connectorId, definition, index)
          : registry.begin({ connectorId, ...run, namespaceId: self.namespaceId }),
      );
      const tryServers = async (scope: ActivityScope<Tries>) => {
        const validate = () => validateConnector(connector);
        // The sync of one of many indices begins in the midst of that of all: nobody waits for its first step.
        await (index === undefined ? failAfterPatience(context.info, scope, validate) : validate());
        return work(connector, scope);
      };
      return await withScope(context, tryServers, countWaits(connector.meter));
    } catch (error) {
      // A sync that ends here is to be found by its search attributes, too.
      throw toApplicationFailure(error, { searchAttributes });
    }
  };
  const lookAtAll = async (connector: OpenConnector, request: PlanRequest, scope: LookScope) => ({
    indices: await lookAtIndices(connector, request, scope),
  });
  return {
    validateConnector: (input) =>
      begin(input, async (connector, scope) => {
        const request = { jobType: 'full', jobId: '', options: { forget: input.forget ?? [] } } as const;
        const found = hasManyIndices(connector.settings) ? await lookAtAll(connector, request, scope) : {};
        return { ...factsOf(connector), ...found };
      }),
    lookForChanges: (input) =>
      begin(input, async (found, scope) => {
        const facts = factsOf(found);
        const isOnlyLook = input.run === undefined && input.index === undefined;
        const connector = isOnlyLook ? withoutWaiting(found) : found;
        // A sync that is shown elsewhere, too, is one that has begun there.
        const isBegunElsewhere = isOnlyLook && registry.isShown(input.connectorId);
        if (hasManyIndices(found.settings)) {
          if (isBegunElsewhere) return { facts };
          const budgetMs = isOnlyLook ? GLANCE_MS : LOOK_MS;
          const { indices } = await lookAtAll(connector, input, { ...scope, budgetMs });
          if (isAllUnchanged(indices)) connector.meter.synced();
          return { facts: { ...facts, indices } };
        }
        const { plan, ...described } = await planSync(connector, input);
        const withoutRelations = { ...plan, relations: [] };
        if (isBegunElsewhere) return { facts, plan: withoutRelations };
        const unchanged = await lookForChanges(connector, { plan, ...described }, scope);
        if (unchanged === undefined) return { facts, plan: isOnlyLook ? withoutRelations : plan };
        if (!isOneOfMany(connector.settings)) connector.meter.synced();
        return { facts, plan: withoutRelations, unchanged };
      }),
    planSync: ({ connectorId, definition, ...request }) =>
      on({ connectorId, definition }, async (connector) => (await planSync(connector, request)).plan),
    prepareIndex: ({ plan }) => on(plan.job, (connector) => prepareIndex(connector, plan)),
    refuseSharedKeys: (input) => on(input.job, (connector, scope) => refuseSharedKeys(connector, input, scope)),
    copyPartitions: (input) =>
      on(input.job, (connector, scope) => copyPartitions(connector, input, scope), input.resumeFrom),
    catchUpRelations: (input) => on(input.job, (connector, scope) => catchUpRelations(connector, input, scope)),
    replanRelations: (input) => on(input.job, (connector) => replanRelations(connector, input)),
    retryRejected: (input) => on(input.job, (connector, scope) => retryRejected(connector, input, scope)),
    surveyRelations: (input) => on(input.job, (connector, scope) => surveyRelations(connector, input, scope)),
    compareIds: (input) =>
      on(input.job, (connector, scope) =>
        eachPart(
          input,
          (part) => compareIds(connector, part, scope),
          (report) => ({ stale: 0, report }),
        ),
      ),
    deleteStaleDocuments: (input) =>
      on(input.job, (connector, scope) =>
        eachPart(
          input,
          (part) => deleteStaleDocuments(connector, part, scope),
          (report) => report,
        ),
      ),
    finishSync: (input) => on(input.plan.job, (connector) => finishSync(connector, input)),
    finishIndices: (input) =>
      on(input, async (connector, scope) => {
        const notes = await forgetIndices(connector, input, scope);
        if (input.isComplete) connector.meter.synced();
        return notes;
      }),
    restoreIndex: async ({ job }) => {
      const context = Context.current();
      const connector = await openOrLeave(context, self, () => openForRestoring(registry, job, context, self));
      return withScope(context, () => restoreIndex(connector, job), countWaits(connector.meter));
    },
  };
}

/**
 * Milliseconds after which a look at many indices leaves the others to their own syncs: well within the timeouts of the
 * activity, where a connector may have thousands of them.
 */
const GLANCE_MS = 120_000;
const LOOK_MS = 900_000;

/** Milliseconds for which a worker that has another definition leaves the restoring of an index to one that has the same. */
const RESTORE_PATIENCE_MS = 10_000;

/**
 * The connector as the sync was planned: another definition may lead to another server. Where nobody seems to have that
 * any more, as it is now: an index must be restored all the same.
 */
async function openForRestoring(
  registry: ConnectorRegistry,
  { connectorId, definition }: SyncJob,
  { info: { scheduledTimestampMs, currentAttemptScheduledTimestampMs } }: Pick<Context, 'info'>,
  { patienceMs }: ThisWorker,
): Promise<OpenConnector> {
  try {
    return await registry.open(connectorId, definition);
  } catch (error) {
    const waitedMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
    if (waitedMs < Math.min(RESTORE_PATIENCE_MS, patienceMs)) throw error;
    return registry.open(connectorId);
  }
}
