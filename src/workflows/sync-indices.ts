import { TerminatedFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  ParentClosePolicy,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';

import type { FoundIndices, IndexToSync } from '../activities/contract/activity-results';
import { type FailureType, toFailureType } from '../sync/failures';
import type { IndexSyncInput, SyncInput } from '../sync/job';
import { joinFailures } from '../sync/relation-failure';
import { type RelationReport, sumReports, type SyncReport, toFailedReport } from '../sync/report';
import { INDEX_WORKFLOW, indexWorkflowId } from '../sync/wire/workflow-names';
import type { ActivityProxies } from './activity-policies';
import { explainFailure, type Explanation } from './explain-failure';
import { isHistoryLong } from './history-limit';
import { isOutdated, mayPlanAnew } from './plan-anew';
import { RelationsFailed } from './relations-failed';
import { runConcurrently } from './run-concurrently';
import { summarizeNames } from './summaries';
import { pauseSignal, resumeSignal, type SyncControl } from './sync-control';
import type { SyncLabels } from './sync-labels';
import { failedRelations } from './sync-run';

/** Small ones mostly wait for Elasticsearch's master; what they copy at the same time, the slots of the workers bound. */
const INDICES_AT_A_TIME = 8;

/** State of a sync whose tables have indices of their own, as plain data: what continue-as-new carries over. */
export interface IndicesRun {
  readonly input: SyncInput;
  readonly definition: string;
  readonly searchAttributes: boolean;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Those that are left to do are in `indices`. */
  readonly found: FoundIndices;
  /** By relation. */
  readonly reports: Record<string, RelationReport>;
  readonly notes: string[];
}

/** A sync that begins over the indices that the first step found. */
export function beginIndices(
  input: SyncInput,
  facts: Pick<IndicesRun, 'definition'> & { readonly searchAttributes?: boolean },
  found: FoundIndices,
  startedMs: number,
): IndicesRun {
  const { definition, searchAttributes = false } = facts;
  const reports = [...found.unchanged, ...found.failed.map(toFailedReport)];
  return {
    ...{ input, definition, searchAttributes, startedMs, found },
    reports: Object.fromEntries(reports.map((report) => [report.relation, report])),
    notes: [...found.notes],
  };
}

/** The workflow `syncConnector`, as it goes on. */
type ContinuedSync = (input: SyncInput, carried: IndicesRun, replans: number) => Promise<SyncReport>;
/** The workflow `syncIndex`, as it is started. */
type IndexSync = (input: IndexSyncInput) => Promise<SyncReport>;

/** The report of a sync that completed. */
export function reportIndices({ input, found, reports, notes, startedMs }: IndicesRun): SyncReport {
  const relations = Object.values(reports);
  const { connectorId, jobType } = input;
  return {
    ...{ connectorId, jobType, status: 'completed', index: found.naming },
    ...sumReports(relations),
    durationMs: Date.now() - startedMs,
    relations,
    skipped: found.skipped,
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** What a sync of many indices works with. */
interface Tools {
  readonly activities: ActivityProxies;
  readonly labels: SyncLabels;
  readonly control: SyncControl;
  /** How often the sync was planned anew. */
  readonly replans: number;
}

/**
 * Syncs each index as a child, some at a time; one that fails keeps none of the others from being synced. Then deletes
 * the indices that the sync was asked to forget.
 * @throws RelationsFailed where tables could not be synced
 */
export async function syncIndices(
  run: IndicesRun,
  { activities, labels, control, replans }: Tools,
): Promise<SyncReport> {
  const { found, input } = run;
  const total = Object.keys(run.reports).length + found.indices.length;
  const show = () => {
    const relations = Object.values(run.reports);
    control.show({ phase: `sync ${total} indices, ${relations.length} done`, relations, notes: run.notes });
  };
  show();
  const syncNext = async (each: IndexToSync) => {
    await control.untilResumed();
    await syncOne(run, each, control);
    show();
  };
  try {
    const begun = await runConcurrently(found.indices, INDICES_AT_A_TIME, syncNext, isHistoryLong);
    if (begun < found.indices.length) {
      const rest = { ...run, found: { ...found, indices: found.indices.slice(begun) } };
      await continueAsNew<ContinuedSync>(input, rest, replans);
    }
    await finish(run, activities);
  } catch (error) {
    if (!(error instanceof ContinueAsNew) && !mayPlanAnew(error, replans)) {
      labels.end(isCancellation(error) ? 'cancelled' : 'failed', Object.values(run.reports));
    }
    throw error;
  }
  const report = reportIndices(run);
  const failed = failedRelations(run);
  if (failed.length > 0) {
    labels.end('failed', report.relations);
    throw new RelationsFailed(joinFailures(input.connectorId, failed, report.relations.length), report.relations);
  }
  return report;
}

async function syncOne(run: IndicesRun, each: IndexToSync, control: SyncControl): Promise<void> {
  const { index, relation } = each;
  try {
    const { relations, notes = [] } = await runChild(run, each, control);
    for (const report of relations) run.reports[report.relation] = { ...report, index };
    run.notes.push(...notes.map((note) => `${index}: ${note}`));
  } catch (error) {
    const isOfAll = isCancellation(error) && CancellationScope.current().consideredCancelled;
    if (isOfAll || error instanceof ContinueAsNew || isOutdated(error)) throw error;
    for (const report of readReports(error, relation)) run.reports[report.relation] = { ...report, index };
  }
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

async function runChild(
  { input, definition }: IndicesRun,
  { index, forget = [] }: IndexToSync,
  control: SyncControl,
): Promise<SyncReport> {
  const { connectorId, jobType, trigger = 'manual', options = {} } = input;
  const args = { ...{ connectorId, jobType, trigger, index, definition }, options: { ...options, forget } };
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      const child = await startChild<IndexSync>(INDEX_WORKFLOW, {
        args: [args],
        workflowId: indexWorkflowId(connectorId, index),
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `index ${index}`,
      });
      const stop = control.onPause((paused) => {
        handOn(child, paused);
      });
      // People may have paused the sync while the child was being started.
      if (control.isPaused()) handOn(child, true);
      try {
        return await child.result();
      } finally {
        stop();
      }
    } catch (error) {
      // Of a sync that was terminated: it is cancelled, and puts its index in order.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await sleep(pauseMs, { summary: `an earlier sync of ${index} ends` });
    }
  }
}

/** Tells a child of a pause, or of its end. One that ended meanwhile hears of nothing, and need not. */
function handOn(child: ChildWorkflowHandle<IndexSync>, paused: boolean): void {
  CancellationScope.nonCancellable(() => child.signal(paused ? pauseSignal : resumeSignal)).catch(() => undefined);
}

/** Reports of the tables of an index whose sync failed: of all of them, where only some could not be synced. */
function readReports(error: unknown, relation: string): readonly RelationReport[] {
  const { type, message, remedy, relations = [] } = explainFailure(error) ?? explainEnd(error);
  if (relations.some(({ failure }) => failure !== undefined)) return relations;
  return [toFailedReport({ relation, failure: { type: toFailureType(type), message, remedy } })];
}

/** Somebody ended the child in Temporal, and not the sync: the others go on. */
function explainEnd(error: unknown): Explanation {
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  const ending = error.cause instanceof TerminatedFailure ? 'terminated' : 'cancelled';
  return {
    type: 'RelationsFailed' satisfies FailureType,
    message: `its sync was ${ending}: workflow ${error.execution.workflowId ?? INDEX_WORKFLOW}`,
    remedy: 'Sync again: it goes on from what the index holds.',
  };
}

async function finish(run: IndicesRun, { data }: ActivityProxies): Promise<void> {
  const { input, definition, found, notes } = run;
  const { forgotten } = found;
  const isComplete = failedRelations(run).length === 0;
  if (forgotten.length === 0 && !isComplete) return;
  const { connectorId } = input;
  const summary = forgotten.length === 0 ? `indices of ${connectorId}` : `forgets ${summarizeNames(forgotten)}`;
  const request = { connectorId, definition, jobId: workflowInfo().runId, forgotten, isComplete };
  notes.push(...(await data.finishIndices.executeWithOptions({ summary }, [request])));
}
