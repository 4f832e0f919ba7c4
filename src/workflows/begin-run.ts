import { isCancellation, patched, workflowInfo } from '@temporalio/workflow';

import type { ConnectorFacts, Look } from '../activities/contract/activity-results';
import { isAllUnchanged } from '../sync/indices/is-all-unchanged';
import type { IndexSyncInput, SyncInput } from '../sync/job';
import { emptyReport, type SyncReport } from '../sync/report';
import type { SyncPlan } from '../sync/sync-plan';
import type { ActivityProxies } from './activity-policies';
import { explainFailure } from './explain-failure';
import { mayPlanAnew } from './plan-anew';
import type { SyncControl } from './sync-control';
import { beginIndices, type IndicesRun, reportIndices } from './sync-indices';
import type { SyncLabels } from './sync-labels';
import { reportRun, type SyncRun } from './sync-run';

/** A sync that begins. */
export interface Beginning {
  readonly input: SyncInput;
  /** How many times it was planned before, under definitions that no worker has any more. */
  readonly replans: number;
  /** Whether its first step is a look at both servers, as {@link looksFirst} says. */
  readonly isLooking: boolean;
}

/** Whether a sync begins by a look at both servers, and is done where nothing changed. */
export function looksFirst({ jobType }: SyncInput): boolean {
  // Others compare every id in any case.
  return jobType === 'incremental' && patched('look-first');
}

/**
 * Steps 1 and 2: tries the servers and plans.
 * @returns the report where that showed that there is nothing to do
 */
export async function beginRun(
  { input, replans, isLooking }: Beginning,
  activities: ActivityProxies,
  labels: SyncLabels,
  control: SyncControl,
): Promise<{ readonly run: SyncRun } | { readonly indices: IndicesRun } | { readonly report: SyncReport }> {
  const startedMs = Date.now();
  let facts: ConnectorFacts | undefined;
  try {
    let plan: SyncPlan | undefined;
    if (isLooking) {
      const look = await activities.look.lookForChanges.executeWithOptions({ summary: summarizeLook(input) }, [
        { ...requestOf(input), ...describeRun(input) },
      ]);
      ({ facts, plan } = look);
      const report = reportLook(input, look, startedMs);
      if (report !== undefined) {
        labels.completeAtOnce(facts, report);
        return { report };
      }
      labels.define(facts);
    } else {
      facts = await validate(input, activities);
      labels.define(facts);
      if (facts.indices === undefined) {
        control.show({ phase: 'plan' });
        plan = await planWith(facts, input, activities);
      }
    }
    if (facts.indices !== undefined) return { indices: beginIndices(input, facts, facts.indices, startedMs) };
    if (plan === undefined) throw new Error('a look has no plan');
    const reports = Object.fromEntries(plan.relations.map(({ name }) => [name, emptyReport(name)]));
    return { run: { input, facts, plan, startedMs, round: 0, tasksDone: 0, changed: [], reports } };
  } catch (error) {
    if (mayPlanAnew(error, replans)) throw error;
    // Syncs that fail before they have a plan are those that people look for.
    labels.begin(facts ?? explainFailure(error) ?? {});
    labels.show(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}

/**
 * A look at both servers on its own: it needs no run that keeps other syncs away, since it changes nothing.
 * @returns undefined where there is something to do
 */
export async function onlyLook(
  input: SyncInput,
  { glance }: ActivityProxies,
): Promise<{ readonly facts: ConnectorFacts; readonly report: SyncReport } | undefined> {
  const startedMs = Date.now();
  const found = await glance.lookForChanges.executeWithOptions({ summary: summarizeLook(input) }, [requestOf(input)]);
  const report = reportLook(input, found, startedMs);
  return report === undefined ? undefined : { facts: found.facts, report };
}

const summarizeLook = ({ connectorId }: SyncInput) => `changes of ${connectorId}`;

function requestOf({ connectorId, jobType, options = {} }: SyncInput) {
  return { connectorId, jobType, jobId: workflowInfo().runId, options };
}

/** The report of a look that found nothing to do. */
function reportLook(input: SyncInput, { facts, plan, unchanged }: Look, startedMs: number): SyncReport | undefined {
  const { indices } = facts;
  if (indices !== undefined && isAllUnchanged(indices)) {
    return reportIndices(beginIndices(input, facts, indices, startedMs));
  }
  if (unchanged === undefined || plan === undefined) return undefined;
  const reports = Object.fromEntries(unchanged.map((report) => [report.relation, report]));
  return reportRun({ input, plan, reports, startedMs });
}

function validate(input: SyncInput, { first }: ActivityProxies): Promise<ConnectorFacts> {
  const { connectorId } = input;
  const summary = `servers of ${connectorId}`;
  return first.validateConnector.executeWithOptions({ summary }, [{ connectorId, ...describeRun(input) }]);
}

function planWith({ definition }: ConnectorFacts, input: SyncInput, { control }: ActivityProxies): Promise<SyncPlan> {
  const { connectorId, jobType } = input;
  const summary = `${jobType} sync of ${connectorId}`;
  return control.planSync.executeWithOptions({ summary }, [{ ...requestOf(input), definition }]);
}

/** What tells the first step of the sync that begins: one that others see, too, or that of one of its indices. */
function describeRun({ jobType, trigger = 'manual', syncJob, scheduledFor, options, ...of }: IndexSyncInput) {
  const { index, definition } = of;
  if (index !== undefined) return { index, ...(definition === undefined ? {} : { definition }) };
  const { firstExecutionRunId: firstRunId } = workflowInfo();
  const run = {
    ...{ jobType, trigger, firstRunId },
    ...(syncJob === undefined ? {} : { syncJob }),
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
  };
  const { forget } = options ?? {};
  return { run, ...(forget === undefined ? {} : { forget }) };
}
