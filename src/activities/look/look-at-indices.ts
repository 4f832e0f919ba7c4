import { SyncFailure } from '../../sync/failures';
import { describeLeft } from '../../sync/indices/describe-left';
import type { RelationReport } from '../../sync/report';
import { type OpenConnector, openIndex } from '../connector/open-connector';
import type { PlanRequest } from '../contract/activity-inputs';
import type { FoundIndices, IndexOfRelation, IndexToSync } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { checkOptions } from '../plan/check-options';
import { findForgotten, type ForgettableIndex, listIndices } from '../plan/list-indices';
import { planSync, type SeenSource, seeSource } from '../plan/plan-sync';
import { isOfForgotten } from '../plan/read-forgotten';
import { workInLanes } from '../plan/work-in-lanes';
import { lookForChanges } from './look-for-changes';

/** What bounds a look. */
export interface LookScope {
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
  /** Milliseconds after which no more indices are looked at: they are left to their own syncs. Absent: any time. */
  readonly budgetMs?: number;
}

/**
 * Lists the indices of a connector whose tables have their own, and looks which of them an incremental sync would leave
 * as they are. One that can't be looked at is for its own sync to tell of.
 * @throws SyncFailure `InvalidConfig` where `--forget` names what can't be forgotten, or an option what no table has
 */
export async function lookAtIndices(
  connector: OpenConnector,
  request: PlanRequest,
  scope: LookScope,
): Promise<FoundIndices> {
  const until = performance.now() + (scope.budgetMs ?? Infinity);
  const isOver = () => scope.signal.aborted || performance.now() >= until;
  const found = await listIndices(connector);
  const forgotten = findForgotten(found, request.options.forget ?? []);
  const names = new Set(forgotten.map(({ relation }) => relation));
  const apart = forgotten.filter(({ holder }) => holder === undefined);
  const indices = found.indices.map((each) => withForgotten(each, forgotten));
  const seen = request.jobType === 'incremental' ? await seeSource(connector) : undefined;
  const rootless = await checkOptions(connector, found, seen?.view);
  const unchanged =
    seen === undefined
      ? new Map<string, readonly RelationReport[]>()
      : await findUnchanged(connector, indices, request, { ...scope, seen, isOver });
  return {
    naming: connector.settings.indexName,
    indices: indices.filter(({ index }) => !unchanged.has(index)),
    unchanged: [...unchanged].flatMap(([index, reports]) => reports.map((report) => ({ ...report, index }))),
    failed: [
      ...found.failed.filter(
        ({ relation, failure: { type } }) => !isOfForgotten({ relation, type }, names, connector.settings.selection),
      ),
      ...rootless,
    ],
    skipped: found.skipped,
    forgotten: apart.map(({ relation }) => relation),
    notes: found.left
      .filter(({ relation }) => !apart.some((each) => each.relation === relation))
      .map((index) => describeLeft(connector.settings.id, index)),
  };
}

/** Documents in the index of another table are deleted by its sync. */
function withForgotten(each: IndexOfRelation, forgotten: readonly ForgettableIndex[]): IndexToSync {
  const forget = forgotten.flatMap(({ relation, holder }) => (holder === each.relation ? [relation] : []));
  return forget.length === 0 ? each : { ...each, forget };
}

/** Reports of the tables, by index, of which a look shows that nothing changed. */
async function findUnchanged(
  connector: OpenConnector,
  indices: readonly IndexToSync[],
  { options, ...request }: PlanRequest,
  { seen, isOver, ...scope }: LookScope & { readonly seen: SeenSource; readonly isOver: () => boolean },
): Promise<ReadonlyMap<string, readonly RelationReport[]>> {
  const unchanged = new Map<string, readonly RelationReport[]>();
  const looked = indices.filter(({ forget }) => forget === undefined);
  await workInLanes(looked, connector.settings.limits.concurrency, async ({ index }) => {
    if (isOver()) return;
    const one = { ...request, options: { ...options, forget: [] } };
    const reports = await lookAt(openIndex(connector, index), one, seen, scope);
    if (reports !== undefined) unchanged.set(index, reports);
    scope.heartbeat();
  });
  return unchanged;
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
