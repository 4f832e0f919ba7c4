import { Context } from '@temporalio/activity';

import type { Checkpoint } from '../sync/checkpoint';
import type { SyncJob } from '../sync/sync-plan';
import { validateConnector } from './check/validate-connector';
import { compareIds, eachPart } from './compare/compare-ids';
import { deleteStaleDocuments } from './compare/delete-stale-documents';
import { surveyRelations } from './compare/survey-relations';
import type { ConnectorRegistry, OpenConnector } from './connector/connector-registry';
import { countWaits } from './connector/count-waits';
import type { ValidateInput } from './contract/activity-inputs';
import type { ActivityScope } from './contract/activity-scope';
import type { SyncActivities } from './contract/sync-activities';
import { catchUpRelations } from './copy/catch-up-relations';
import { copyPartitions } from './copy/copy-partitions';
import { refuseSharedKeys } from './copy/refuse-shared-keys';
import { retryRejected } from './copy/retry-rejected';
import { failAfterPatience, type Tries } from './fail-after-patience';
import { toApplicationFailure } from './failure-interceptor';
import { finishSync } from './index-lifecycle/finish-sync';
import { prepareIndex } from './index-lifecycle/prepare-index';
import { replanRelations } from './index-lifecycle/replan-relations';
import { restoreIndex } from './index-lifecycle/restore-index';
import { ONLY_WORKER, openOrLeave, type ThisWorker } from './leave-to-others';
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
  const inScope = <Result, Progress = Checkpoint>(
    { meter }: OpenConnector,
    work: (scope: ActivityScope<Progress>) => Promise<Result>,
  ) => {
    const context = Context.current();
    const { activityId, workflowExecution } = context.info;
    const keep =
      workflowExecution === undefined
        ? undefined
        : (details?: unknown) => self.keepHeartbeat?.({ ...workflowExecution, activityId }, details);
    return withScope<Result, Progress>(context, work, countWaits(meter), keep);
  };
  const on = async <Result>(
    { connectorId, definition }: Pick<SyncJob, 'connectorId' | 'definition'>,
    work: (connector: OpenConnector, scope: ActivityScope) => Promise<Result>,
    resumeFrom?: Checkpoint,
  ): Promise<Result> => {
    const open = () => registry.open(connectorId, definition);
    const connector = await openOrLeave(Context.current(), self, open, resumeFrom);
    return inScope(connector, (scope) => work(connector, scope));
  };
  const factsOf = ({ definition, settings }: OpenConnector) => {
    const { concurrency, maxDeleteRatio, maxRejected } = settings.limits;
    return { definition, concurrency, maxDeleteRatio, maxRejected, searchAttributes, worker: self.identity };
  };
  /** Tries the servers of a sync that begins, and goes on with them. */
  const begin = async <Result>(
    { connectorId, run }: ValidateInput,
    work: (connector: OpenConnector, scope: ActivityScope<Tries>) => Promise<Result>,
  ): Promise<Result> => {
    try {
      const context = Context.current();
      const connector = await openOrLeave(context, self, () =>
        run === undefined
          ? registry.open(connectorId)
          : registry.begin({ connectorId, ...run, namespaceId: self.namespaceId }),
      );
      const tryServers = async (scope: ActivityScope<Tries>) => {
        await failAfterPatience(context.info, scope, () => validateConnector(connector));
        return work(connector, scope);
      };
      return await inScope(connector, tryServers);
    } catch (error) {
      // A sync that ends here is to be found by its search attributes, too.
      throw toApplicationFailure(error, { searchAttributes });
    }
  };
  return {
    validateConnector: (input) => begin(input, (connector) => Promise.resolve(factsOf(connector))),
    lookForChanges: (input) =>
      begin(input, async (found, scope) => {
        const facts = factsOf(found);
        const isOnlyLook = input.run === undefined;
        const connector = isOnlyLook ? withoutWaiting(found) : found;
        const { plan, ...described } = await planSync(connector, input);
        const withoutRelations = { ...plan, relations: [] };
        // A sync that is shown elsewhere, too, is one that has begun there.
        if (isOnlyLook && registry.isShown(input.connectorId)) return { facts, plan: withoutRelations };
        const unchanged = await lookForChanges(connector, { plan, ...described }, scope);
        if (unchanged === undefined) return { facts, plan: isOnlyLook ? withoutRelations : plan };
        connector.meter.synced();
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
    restoreIndex: async ({ job }) => {
      const context = Context.current();
      const connector = await openOrLeave(context, self, () => openForRestoring(registry, job, context, self));
      return inScope(connector, () => restoreIndex(connector, job));
    },
  };
}

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
