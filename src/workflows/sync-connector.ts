import {
  CancellationScope,
  CancelledFailure,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';

import type { RestoredIndex } from '../activities/contract/activity-results';
import type { IndexSyncInput, SyncInput } from '../sync/job';
import type { WorkingPipelines } from '../sync/pipelines';
import { joinFailures } from '../sync/relation-failure';
import type { SyncReport } from '../sync/report';
import type { SyncJob } from '../sync/sync-plan';
import { readSyncInput } from '../sync/wire/sync-input';
import { SYNC_WORKFLOW, syncWorkflowId } from '../sync/wire/workflow-names';
import { type ActivityProxies, proxySyncActivities } from './activity-policies';
import { type Beginning, beginRun, looksFirst } from './begin-run';
import { copyRelations, planAgain } from './copy-relations';
import { explainFailure, findChangedRelation, toApplicationFailure, toEndingFailure } from './explain-failure';
import { narration } from './narration';
import { mayPlanAnew, NEVER_ANEW } from './plan-anew';
import { reconcile } from './reconcile';
import { refuseInput, requireInput } from './refuse-input';
import { RelationsFailed } from './relations-failed';
import { retryRejected } from './retry-rejected';
import { setUpControl, type SyncControl } from './sync-control';
import { type IndicesRun, syncIndices } from './sync-indices';
import { labelSync, type SyncLabels } from './sync-labels';
import { failedRelations, recordChanged, recordFailed, reportRun, type SyncRun } from './sync-run';

/**
 * Syncs one connector: the only public workflow of pgferry, whatever starts it.
 * Its workflow id must be `sync-{connectorId}`, so that a connector has one sync at a time.
 * @param carried - the state of the run that this one continues; given by continue-as-new only
 * @param replans - how often the sync was planned anew under another definition; given by continue-as-new only
 */
export async function syncConnector(
  given: SyncInput,
  carried?: SyncRun | IndicesRun,
  replans = 0,
): Promise<SyncReport> {
  const input = requireInput(SYNC_WORKFLOW, readSyncInput(given));
  refuseForeignStart(input, carried !== undefined || replans > 0);
  return syncFrom(input, carried, replans);
}

/** Syncs one index of a connector whose tables have their own: a child of {@link syncConnector}, which alone starts it. */
export function syncIndex(input: IndexSyncInput, carried?: SyncRun): Promise<SyncReport> {
  return syncFrom(input, carried, NEVER_ANEW);
}

async function syncFrom(
  input: IndexSyncInput,
  carried: SyncRun | IndicesRun | undefined,
  replans: number,
): Promise<SyncReport> {
  const isLooking = carried === undefined && looksFirst(input);
  const labels = labelSync(input, carried !== undefined, isLooking);
  const control = setUpControl((paused) => {
    labels.show(paused ? 'paused' : 'running');
  });
  const aftermath: Aftermath = {};
  try {
    return await runSync({ input, carried, replans, isLooking }, labels, control, aftermath);
  } catch (error) {
    if (!mayPlanAnew(error, replans)) throw explainEnding(error, control, aftermath);
    if (CancellationScope.current().consideredCancelled) {
      labels.show('cancelled');
      throw explainEnding(new CancelledFailure('The sync was cancelled'), control, aftermath);
    }
    narration.outdated();
    return await continueAsNew<typeof syncConnector>(input, undefined, replans + 1);
  }
}

/** Remains of a sync that did not complete; filled in when known. */
interface Aftermath {
  restored?: RestoredIndex;
}

/** A sync that begins, or the state of the run that it continues. */
interface Given extends Beginning {
  readonly carried: SyncRun | IndicesRun | undefined;
}

async function runSync(
  { carried, ...beginning }: Given,
  labels: SyncLabels,
  control: SyncControl,
  aftermath: Aftermath,
): Promise<SyncReport> {
  const { input, replans } = beginning;
  const activities = proxySyncActivities();
  if (carried === undefined) narration.began(input);
  const begun = carried === undefined ? await beginRun(beginning, activities, labels, control) : goOn(carried);
  if ('indices' in begun) {
    labels.begin(begun.indices);
    const report = await syncIndices(begun.indices, { activities, labels, control, replans });
    complete(report, labels, control);
    return report;
  }
  if ('report' in begun) {
    control.show({ phase: 'completed', relations: begun.report.relations });
    narration.completed(begun.report);
    return begun.report;
  }
  const { run } = begun;
  if (carried === undefined) {
    narration.planned(run.plan);
    recordFailed(run, run.plan.failed ?? []);
  }
  labels.begin(run.facts);
  control.expect(run.plan.relations);
  if (run.plan.notes !== undefined) control.show({ notes: run.plan.notes });
  try {
    if (carried === undefined) await prepareIndex(run, activities, control);
    do {
      const copied = await copyRelations(run, activities, control);
      if (!copied) await continueAsNew<typeof syncConnector>(input, run, replans);
    } while (!(await settleRelations(run, activities, control)));
    control.show({ phase: 'finish', relations: Object.values(run.reports) });
    await finishSync(run, activities, labels, control);
    const report = reportRun(run);
    complete(report, labels, control);
    return report;
  } catch (error) {
    if (error instanceof ContinueAsNew || error instanceof RelationsFailed) throw error;
    if (!mayPlanAnew(error, replans)) {
      labels.end(isCancellation(error) ? 'cancelled' : 'failed', Object.values(run.reports));
    }
    const restored = await restoreIndex(run, activities);
    if (restored !== undefined) aftermath.restored = restored;
    throw error;
  }
}

function goOn(carried: SyncRun | IndicesRun): { readonly run: SyncRun } | { readonly indices: IndicesRun } {
  return 'found' in carried ? { indices: carried } : { run: carried };
}

function complete(report: SyncReport, labels: SyncLabels, control: SyncControl): void {
  control.show({ phase: 'completed', relations: report.relations });
  labels.complete(report);
  narration.completed(report);
}

/**
 * Step 6, for what is planned now.
 * @returns false where a relation turned out to be no longer what was copied: it has been planned anew
 */
async function settleRelations(run: SyncRun, activities: ActivityProxies, control: SyncControl): Promise<boolean> {
  try {
    await retryRejected(run, activities);
    control.show({ phase: 'reconcile' });
    await reconcile(run, activities);
    return true;
  } catch (error) {
    const changed = findChangedRelation(error);
    if (changed === undefined || CancellationScope.current().consideredCancelled) throw error;
    recordChanged(run, [changed]);
    await planAgain(run, activities);
    return false;
  }
}

async function prepareIndex(run: SyncRun, activities: ActivityProxies, control: SyncControl): Promise<void> {
  control.show({ phase: 'prepare the index' });
  const { plan } = run;
  const summary = `index ${plan.job.index}`;
  const prepared = await activities.control.prepareIndex.executeWithOptions({ summary }, [{ plan }]);
  recordFailed(run, prepared?.failed ?? []);
  noteLater(run, control, prepared?.notes ?? []);
  if (prepared?.pipelines !== undefined) run.plan = { ...run.plan, job: withPipelines(plan.job, prepared.pipelines) };
}

/** The pipelines of an index that was made just now: what was planned by templates may have come otherwise. */
function withPipelines(job: SyncJob, pipelines: WorkingPipelines | null): SyncJob {
  const { pipelines: planned, ...others } = job;
  if (planned?.digest === pipelines?.digest) return job;
  return pipelines === null ? others : { ...others, pipelines };
}

/**
 * Lets the index serve and saves the state of all relations that were synced.
 * @throws RelationsFailed after that, where others were not; before it in a rebuild, which swaps all or nothing
 */
async function finishSync(
  run: SyncRun,
  activities: ActivityProxies,
  labels: SyncLabels,
  control: SyncControl,
): Promise<void> {
  const { plan, input, reports } = run;
  const failed = failedRelations(run);
  const failure = joinFailures(input.connectorId, failed, Object.keys(reports).length);
  if (failed.length > 0 && plan.job.rebuild) throw toApplicationFailure(failure);
  const names = failed.map(({ relation }) => relation);
  const finished = await activities.control.finishSync.executeWithOptions({ summary: `index ${plan.job.index}` }, [
    {
      plan,
      ...(failed.length > 0 ? { failed: names } : {}),
      ...(run.foreign === undefined ? {} : { foreign: run.foreign }),
    },
  ]);
  // Of an activity of 0.1.0 the result is null.
  noteLater(run, control, finished?.notes ?? []);
  if (failed.length === 0) return;
  labels.end('failed', Object.values(reports));
  throw new RelationsFailed(failure, Object.values(reports));
}

function noteLater(run: SyncRun, control: SyncControl, notes: readonly string[]): void {
  if (notes.length === 0) return;
  run.plan = { ...run.plan, notes: [...(run.plan.notes ?? []), ...notes] };
  control.show({ notes: run.plan.notes ?? [] });
  narration.noted(notes);
}

/** Undoes what only makes sense while a sync runs. */
async function restoreIndex(
  { plan: { job } }: SyncRun,
  activities: ActivityProxies,
): Promise<RestoredIndex | undefined> {
  const summary = `settings of index ${job.index}`;
  return CancellationScope.nonCancellable(() =>
    activities.control.restoreIndex.executeWithOptions({ summary }, [{ job }]),
  );
}

/**
 * Says how the sync ended where the Temporal UI shows it first.
 * @returns what the workflow throws
 */
function explainEnding(error: unknown, control: SyncControl, { restored }: Aftermath): unknown {
  if (error instanceof ContinueAsNew) return error;
  if (isCancellation(error)) {
    narration.cancelled();
    const left = describeRestored(restored) ?? 'The next one goes on from what the index holds.';
    control.show({ ending: `The sync was cancelled. ${left}` });
    return error;
  }
  const explanation = explainFailure(error);
  if (explanation === undefined) return error;
  const left = describeRestored(restored);
  const told =
    left === undefined ? explanation : { ...explanation, message: `${endSentence(explanation.message)} ${left}` };
  narration.failed(told);
  const failure = toEndingFailure(told, error);
  control.show({ ending: `${told.type}: ${failure.message}` });
  return failure;
}

/** Says what became of a rebuild's index. The result of an activity of 0.1.0 is null. */
function describeRestored(restored: RestoredIndex | null | undefined): string | undefined {
  if (restored === undefined || restored === null) return undefined;
  const { removed, serving } = restored;
  const on = serving.length === 0 ? '' : ` ${serving.join(', ')} ${serving.length === 1 ? 'serves' : 'serve'} on.`;
  return `The rebuild's new index ${removed} was removed, nothing was swapped.${on}`;
}

function endSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** @throws ApplicationFailure `InvalidConfig` where the sync could overlap another, or claims to be half done */
function refuseForeignStart({ connectorId }: SyncInput, isContinued: boolean): void {
  const { workflowId: given, continuedFromExecutionRunId } = workflowInfo();
  const workflowId = syncWorkflowId(connectorId);
  if (given !== workflowId) {
    const problem = `the workflow id must be ${workflowId}, so that a connector has one sync at a time`;
    throw refuseInput(SYNC_WORKFLOW, problem);
  }
  if (isContinued && continuedFromExecutionRunId === undefined) {
    throw refuseInput(SYNC_WORKFLOW, 'there is one input only, a second one is not allowed');
  }
}
