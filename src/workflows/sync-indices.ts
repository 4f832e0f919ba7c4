import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  ParentClosePolicy,
  sleep,
  startChild,
} from '@temporalio/workflow';

import type { FoundIndices, IndexOfRelation } from '../activities/contract/activity-results';
import { toFailureType } from '../sync/failures';
import type { IndexSyncInput, SyncInput } from '../sync/job';
import { type FailedRelation, joinFailures } from '../sync/relation-failure';
import { type RelationReport, sumReports, type SyncReport, toFailedReport } from '../sync/report';
import { INDEX_WORKFLOW, indexWorkflowId } from '../sync/wire/workflow-names';
import type { ActivityProxies } from './activity-policies';
import { explainFailure } from './explain-failure';
import { isHistoryLong } from './history-limit';
import { RelationsFailed } from './relations-failed';
import { runConcurrently } from './run-concurrently';
import { summarizeNames } from './summaries';
import { pauseSignal, resumeSignal, type SyncControl } from './sync-control';
import type { SyncLabels } from './sync-labels';

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
type ContinuedSync = (input: SyncInput, carried: IndicesRun) => Promise<SyncReport>;
/** The workflow `syncIndex`, as it is started. */
type IndexSync = (input: IndexSyncInput) => Promise<SyncReport>;

/** Whether a look has found nothing that a sync would do. */
export function isAllUnchanged({ indices, failed, forgotten }: FoundIndices): boolean {
  return indices.length + failed.length + forgotten.length === 0;
}

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

/**
 * Syncs each index as a child, some at a time; one that fails keeps none of the others from being synced. Then deletes
 * the indices that the sync was asked to forget.
 * @throws RelationsFailed where tables could not be synced
 */
export async function syncIndices(
  run: IndicesRun,
  activities: ActivityProxies,
  labels: SyncLabels,
  control: SyncControl,
): Promise<SyncReport> {
  const { found, input } = run;
  const total = Object.keys(run.reports).length + found.indices.length;
  const show = () => {
    const relations = Object.values(run.reports);
    control.show({ phase: `sync ${total} indices, ${relations.length} done`, relations, notes: run.notes });
  };
  show();
  const syncNext = async (each: IndexOfRelation) => {
    await control.untilResumed();
    await syncOne(run, each, control);
    show();
  };
  try {
    const begun = await runConcurrently(found.indices, INDICES_AT_A_TIME, syncNext, isHistoryLong);
    if (begun < found.indices.length) {
      const rest = { ...run, found: { ...found, indices: found.indices.slice(begun) } };
      await continueAsNew<ContinuedSync>(input, rest);
    }
    await forget(run, activities);
  } catch (error) {
    if (!(error instanceof ContinueAsNew)) {
      labels.end(isCancellation(error) ? 'cancelled' : 'failed', Object.values(run.reports));
    }
    throw error;
  }
  const report = reportIndices(run);
  const failed = report.relations.flatMap(({ relation, failure }) =>
    failure === undefined ? [] : [{ relation, failure }],
  );
  if (failed.length > 0) {
    labels.end('failed', report.relations);
    throw new RelationsFailed(joinFailures(input.connectorId, failed, report.relations.length), report.relations);
  }
  return report;
}

async function syncOne(run: IndicesRun, { index, relation }: IndexOfRelation, control: SyncControl): Promise<void> {
  try {
    const { relations, notes = [] } = await runChild(run.input, index, control);
    for (const report of relations) run.reports[report.relation] = { ...report, index };
    run.notes.push(...notes.map((note) => `${index}: ${note}`));
  } catch (error) {
    if (isCancellation(error) || error instanceof ContinueAsNew) throw error;
    for (const failed of readFailures(error, relation))
      run.reports[failed.relation] = { ...toFailedReport(failed), index };
  }
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

async function runChild(input: SyncInput, index: string, control: SyncControl): Promise<SyncReport> {
  const { connectorId, jobType, options = {} } = input;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      const child = await startChild<IndexSync>(INDEX_WORKFLOW, {
        args: [
          { connectorId, jobType, trigger: input.trigger ?? 'manual', options: { ...options, forget: [] }, index },
        ],
        workflowId: indexWorkflowId(connectorId, index),
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `index ${index}`,
      });
      const stop = control.onPause((paused) => void child.signal(paused ? pauseSignal : resumeSignal));
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

/** Failures of the tables of an index. */
function readFailures(error: unknown, relation: string): FailedRelation[] {
  const explanation = explainFailure(error);
  if (explanation === undefined) throw error;
  const { type, message, remedy, relations = [] } = explanation;
  const failed = relations.flatMap(({ relation: name, failure }) =>
    failure === undefined ? [] : [{ relation: name, failure }],
  );
  return failed.length > 0 ? failed : [{ relation, failure: { type: toFailureType(type), message, remedy } }];
}

async function forget({ input, definition, found, notes }: IndicesRun, { control }: ActivityProxies): Promise<void> {
  if (found.forgotten.length === 0 || CancellationScope.current().consideredCancelled) return;
  const { connectorId } = input;
  const summary = summarizeNames(found.forgotten);
  const request = { connectorId, definition, relations: found.forgotten };
  notes.push(...(await control.forgetIndices.executeWithOptions({ summary }, [request])));
}
