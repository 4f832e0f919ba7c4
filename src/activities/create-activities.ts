import { Context } from '@temporalio/activity';

import type { SyncJob } from '../sync/sync-plan';
import { compareIds, eachPart } from './compare/compare-ids';
import { deleteStaleDocuments } from './compare/delete-stale-documents';
import { surveyRelations } from './compare/survey-relations';
import type { ConnectorRegistry, OpenConnector } from './connector/connector-registry';
import type { ActivityScope } from './contract/activity-scope';
import type { SyncActivities } from './contract/sync-activities';
import { catchUpRelations } from './copy/catch-up-relations';
import { copyPartitions } from './copy/copy-partitions';
import { retryRejected } from './copy/retry-rejected';
import { failAfterPatience } from './fail-after-patience';
import { toApplicationFailure } from './failure-interceptor';
import { finishSync, restoreIndex } from './index-lifecycle/finish-sync';
import { prepareIndex } from './index-lifecycle/prepare-index';
import { replanRelations } from './index-lifecycle/replan-relations';
import { planSync } from './plan/plan-sync';
import { validateConnector } from './plan/validate-connector';
import { withScope } from './with-scope';

/** The activities of a worker, over the connectors that it knows. @param searchAttributes whether syncs can set them */
export function createActivities(registry: ConnectorRegistry, searchAttributes = false): SyncActivities {
  const open = (job: SyncJob) => registry.open(job.connectorId, job.definition);
  const scoped = <Result>(work: (scope: ActivityScope) => Promise<Result>) => withScope(Context.current(), work);
  return {
    validateConnector: ({ connectorId }) =>
      scoped(async () => {
        try {
          const connector = registry.open(connectorId);
          await failAfterPatience(Context.current().info, () => validateConnector(connector));
          const { concurrency, maxDeleteRatio, maxRejected } = connector.settings.limits;
          return { definition: connector.definition, concurrency, maxDeleteRatio, maxRejected, searchAttributes };
        } catch (error) {
          // A sync that ends here is to be found by its search attributes, too.
          throw toApplicationFailure(error, { searchAttributes });
        }
      }),
    planSync: ({ connectorId, definition, ...request }) =>
      scoped(async () => (await planSync(registry.open(connectorId, definition), request)).plan),
    prepareIndex: ({ plan }) => scoped(() => prepareIndex(open(plan.job), plan)),
    copyPartitions: (input) => scoped((scope) => copyPartitions(open(input.job), input, scope)),
    catchUpRelations: (input) => scoped((scope) => catchUpRelations(open(input.job), input, scope)),
    replanRelations: (input) => scoped(() => replanRelations(open(input.job), input)),
    retryRejected: (input) => scoped((scope) => retryRejected(open(input.job), input, scope)),
    surveyRelations: (input) => scoped((scope) => surveyRelations(open(input.job), input, scope)),
    compareIds: (input) =>
      scoped((scope) =>
        eachPart(
          input,
          (part) => compareIds(open(input.job), part, scope),
          (report) => ({ stale: 0, report }),
        ),
      ),
    deleteStaleDocuments: (input) =>
      scoped((scope) =>
        eachPart(
          input,
          (part) => deleteStaleDocuments(open(input.job), part, scope),
          (report) => report,
        ),
      ),
    finishSync: (input) => scoped(() => finishSync(open(input.plan.job), input)),
    // After ConfigChanged the index must be restored all the same.
    restoreIndex: ({ job }) => scoped(() => restoreIndex(openAnyhow(registry, job), job)),
  };
}

/** The connector as the sync was planned or, where that is no longer known, as it is now. */
function openAnyhow(registry: ConnectorRegistry, { connectorId, definition }: SyncJob): OpenConnector {
  try {
    return registry.open(connectorId, definition);
  } catch {
    return registry.open(connectorId);
  }
}
