import { SyncFailure } from '../../sync/failures';
import { describeLeft } from '../../sync/indices/describe-left';
import type { RelationReport } from '../../sync/report';
import { type OpenConnector, openIndex } from '../connector/open-connector';
import type { PlanRequest } from '../contract/activity-inputs';
import type { FoundIndices } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { findForgotten, listIndices } from '../plan/list-indices';
import { planSync, type SeenSource, seeSource } from '../plan/plan-sync';
import { lookForChanges } from './look-for-changes';

/**
 * Lists the indices of a connector whose tables have their own, and looks which of them an incremental sync would leave
 * as they are. One that can't be looked at is for its own sync to tell of.
 * @throws SyncFailure `InvalidConfig` where `--forget` names what can't be forgotten
 */
export async function lookAtIndices(
  connector: OpenConnector,
  request: PlanRequest,
  scope: { readonly signal: AbortSignal; readonly heartbeat: () => void },
): Promise<FoundIndices> {
  const found = await listIndices(connector);
  const forgotten = findForgotten(found, request.options.forget ?? []);
  const left = found.left.filter((index) => !forgotten.includes(index));
  const unchanged = new Map<string, readonly RelationReport[]>();
  if (request.jobType === 'incremental') {
    const seen = await seeSource(connector);
    const waiting = [...found.indices];
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined && !scope.signal.aborted; next = waiting.shift()) {
        const reports = await lookAt(openIndex(connector, next.index), request, seen, scope);
        if (reports !== undefined) unchanged.set(next.index, reports);
        scope.heartbeat();
      }
    };
    await Promise.all(Array.from({ length: connector.settings.limits.concurrency }, lane));
  }
  return {
    naming: connector.settings.indexName,
    indices: found.indices.filter(({ index }) => !unchanged.has(index)),
    unchanged: [...unchanged].flatMap(([index, reports]) => reports.map((report) => ({ ...report, index }))),
    failed: found.failed,
    skipped: found.skipped,
    forgotten: forgotten.map(({ relation }) => relation),
    notes: left.map((index) => describeLeft(connector.settings.id, index)),
  };
}

/** @returns undefined where there is, or may be, something to do */
async function lookAt(
  connector: OpenConnector,
  request: PlanRequest,
  seen: SeenSource,
  scope: Pick<ActivityScope, 'signal'>,
): Promise<readonly RelationReport[] | undefined> {
  try {
    return await lookForChanges(connector, await planSync(connector, request, seen), scope);
  } catch (error) {
    if (error instanceof SyncFailure && !error.retryable) return undefined;
    throw error;
  }
}
