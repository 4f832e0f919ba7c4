import {
  CancellationScope,
  CancelledFailure,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';

import type { ConnectorFacts } from '../activities/contract/sync-activities';
import { type SyncInput, syncWorkflowId } from '../sync/job';
import { emptyReport, sumReports, type SyncReport } from '../sync/report';
import { readSyncInput } from '../sync/sync-input';
import { proxySyncActivities } from './activity-policies';
import { copyRelations } from './copy-relations';
import { explainFailure, toEndingFailure } from './explain-failure';
import { narration } from './narration';
import { mayPlanAnew } from './plan-anew';
import { reconcile } from './reconcile';
import { refuseInput, requireInput } from './refuse-input';
import { retryRejected } from './retry-rejected';
import { setUpControl, type SyncControl } from './sync-control';
import { labelSync, type SyncLabels } from './sync-labels';
import type { SyncRun } from './sync-run';

/**
 * Syncs one connector: the only public workflow of pgferry, whatever starts it.
 * Its workflow id must be `sync-{connectorId}`, so that a connector has one sync at a time.
 * @param carried the state of the run that this one continues; given by continue-as-new only
 * @param replans how often the sync was planned anew under another definition; given by continue-as-new only
 */
export async function syncConnector(given: SyncInput, carried?: SyncRun, replans = 0): Promise<SyncReport> {
  const input = requireInput('syncConnector', readSyncInput(given));
  refuseForeignStart(input, carried !== undefined || replans > 0);
  const labels = labelSync(input, carried !== undefined);
  const control = setUpControl((paused) => {
    labels.show(paused ? 'paused' : 'running');
  });
  try {
    return await runSync(input, { carried, replans }, labels, control);
  } catch (error) {
    if (!mayPlanAnew(error, replans)) throw explainEnding(error, control);
    if (CancellationScope.current().consideredCancelled) {
      labels.show('cancelled');
      throw explainEnding(new CancelledFailure('The sync was cancelled'), control);
    }
    narration.outdated();
    return await continueAsNew<typeof syncConnector>(input, undefined, replans + 1);
  }
}

/** What continue-as-new hands on. */
interface Carried {
  readonly carried: SyncRun | undefined;
  readonly replans: number;
}

async function runSync(
  input: SyncInput,
  { carried, replans }: Carried,
  labels: SyncLabels,
  control: SyncControl,
): Promise<SyncReport> {
  const activities = proxySyncActivities();
  if (carried === undefined) narration.began(input);
  const run = carried ?? (await startRun(input, replans, activities, labels, control));
  if (carried === undefined) narration.planned(run.plan);
  labels.begin(run.facts);
  control.expect(run.plan.relations);
  try {
    if (carried === undefined) await prepareIndex(run, activities, control);
    const copied = await copyRelations(run, activities, control);
    if (!copied) await continueAsNew<typeof syncConnector>(input, run, replans);
    await retryRejected(run, activities);
    control.show({ phase: 'reconcile' });
    await reconcile(run, activities);
    control.show({ phase: 'finish', relations: Object.values(run.reports) });
    const summary = `index ${run.plan.job.index}`;
    await activities.control.finishSync.executeWithOptions({ summary }, [{ plan: run.plan }]);
    const report = reportRun(run, control);
    labels.complete(report);
    narration.completed(report);
    return report;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (!mayPlanAnew(error, replans)) {
      labels.end(isCancellation(error) ? 'cancelled' : 'failed', Object.values(run.reports));
    }
    await restoreIndex(run, activities);
    throw error;
  }
}

type Activities = ReturnType<typeof proxySyncActivities>;

async function startRun(
  input: SyncInput,
  replans: number,
  activities: Activities,
  labels: SyncLabels,
  control: SyncControl,
): Promise<SyncRun> {
  const { connectorId, jobType, options = {} } = input;
  const startedMs = Date.now();
  let facts: ConnectorFacts | undefined;
  try {
    const summary = `servers of ${connectorId}`;
    facts = await activities.first.validateConnector.executeWithOptions({ summary }, [{ connectorId }]);
    labels.define(facts);
    control.show({ phase: 'plan' });
    const jobId = workflowInfo().runId;
    const { definition } = facts;
    const request = { connectorId, definition, jobType, jobId, options };
    const plan = await activities.control.planSync.executeWithOptions(
      { summary: `${jobType} sync of ${connectorId}` },
      [request],
    );
    const reports = Object.fromEntries(plan.relations.map(({ name }) => [name, emptyReport(name)]));
    return { input, facts, plan, startedMs, round: 0, tasksDone: 0, changed: [], reports };
  } catch (error) {
    if (mayPlanAnew(error, replans)) throw error;
    // Syncs that fail before they have a plan are those that people look for.
    labels.begin(facts ?? explainFailure(error) ?? {});
    labels.show(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}

async function prepareIndex({ plan }: SyncRun, activities: Activities, control: SyncControl): Promise<void> {
  control.show({ phase: 'prepare the index' });
  await activities.control.prepareIndex.executeWithOptions({ summary: `index ${plan.job.index}` }, [{ plan }]);
}

/** Undoes what only makes sense while a sync runs. */
async function restoreIndex({ plan: { job } }: SyncRun, activities: Activities): Promise<void> {
  const summary = `settings of index ${job.index}`;
  await CancellationScope.nonCancellable(() =>
    activities.control.restoreIndex.executeWithOptions({ summary }, [{ job }]),
  );
}

/** Says how the sync ended where the Temporal UI shows it first. @returns what the workflow throws */
function explainEnding(error: unknown, control: SyncControl): unknown {
  if (error instanceof ContinueAsNew) return error;
  if (isCancellation(error)) {
    narration.cancelled();
    control.show({ ending: 'The sync was cancelled. The next one goes on from what the index holds.' });
    return error;
  }
  const explanation = explainFailure(error);
  if (explanation === undefined) return error;
  narration.failed(explanation);
  const failure = toEndingFailure(explanation, error);
  control.show({ ending: `${explanation.type}: ${failure.message}` });
  return failure;
}

function reportRun({ input, plan, reports, startedMs }: SyncRun, control: SyncControl): SyncReport {
  const relations = Object.values(reports);
  control.show({ phase: 'completed', relations });
  return {
    connectorId: input.connectorId,
    jobType: input.jobType,
    status: 'completed',
    index: plan.job.index,
    ...sumReports(relations),
    durationMs: Date.now() - startedMs,
    relations,
    skipped: plan.skipped,
  };
}

/** @throws ApplicationFailure `InvalidConfig` where the sync could overlap another, or claims to be half done */
function refuseForeignStart({ connectorId }: SyncInput, isContinued: boolean): void {
  const { workflowId: given, continuedFromExecutionRunId } = workflowInfo();
  const workflowId = syncWorkflowId(connectorId);
  if (given !== workflowId) {
    const problem = `the workflow id must be ${workflowId}, so that a connector has one sync at a time`;
    throw refuseInput('syncConnector', problem);
  }
  if (isContinued && continuedFromExecutionRunId === undefined) {
    throw refuseInput('syncConnector', 'there is one input only, a second one is not allowed');
  }
}
