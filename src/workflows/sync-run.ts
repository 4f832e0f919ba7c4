import type { ConnectorFacts } from '../activities/contract/activity-results';
import type { SyncInput } from '../sync/job';
import type { FailedRelation } from '../sync/relation-failure';
import {
  addReports,
  emptyReport,
  type RelationReport,
  sumReports,
  type SyncReport,
  toFailedReport,
} from '../sync/report';
import type { PlannedRelation, SyncPlan } from '../sync/sync-plan';
import { refuseRejections } from './refuse-rejections';

/**
 * A running sync's state, as plain data: what continue-as-new carries over, since heartbeats don't survive it.
 * The workflow is its only owner and changes it in place.
 */
export interface SyncRun {
  readonly input: SyncInput;
  readonly facts: ConnectorFacts;
  plan: SyncPlan;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Rounds of copying: a relation that changed while it was read is copied again in the next one. */
  round: number;
  /** Names of the relations of this round; absent in the first, which copies all. */
  again?: readonly string[];
  /** Tasks of this round that are done. */
  tasksDone: number;
  /** Relations that changed while they were copied in this round. */
  changed: string[];
  reports: Record<string, RelationReport>;
  /** Documents that no connector accounts for, where the sync looked at all ids. */
  foreign?: number;
}

/** Adds what an activity did to the run's reports, and ends the job when its rejected rows are more than `max_rejected`. */
export function recordReports(run: SyncRun, reports: readonly RelationReport[]): void {
  for (const report of reports) {
    const before = run.reports[report.relation] ?? emptyReport(report.relation);
    run.reports[report.relation] = addReports(before, report);
  }
  refuseRejections(run, ({ rejected }, maxRejected) => rejected > maxRejected);
}

/** Notes relations that must be copied again. */
export function recordChanged(run: SyncRun, relations: readonly string[]): void {
  run.changed = [...new Set([...run.changed, ...relations])];
}

/** Notes relations that can't be synced: from here on they are left alone. */
export function recordFailed(run: SyncRun, failed: readonly FailedRelation[]): void {
  recordReports(run, failed.map(toFailedReport));
}

/** Whether a relation can't be synced by this run. */
export function hasFailed(run: SyncRun, relation: string): boolean {
  return run.reports[relation]?.failure !== undefined;
}

/** Relations that can't be synced, in the order of the reports. */
export function failedRelations({ reports }: Pick<SyncRun, 'reports'>): FailedRelation[] {
  return Object.values(reports).flatMap(({ relation, failure }) =>
    failure === undefined ? [] : [{ relation, failure }],
  );
}

/** Relations of the plan without those that failed. */
export function soundRelations(run: SyncRun): readonly PlannedRelation[] {
  return run.plan.relations.filter(({ name }) => !hasFailed(run, name));
}

/** The report of a sync that completed. */
export function reportRun({
  input,
  plan,
  reports,
  startedMs,
}: Pick<SyncRun, 'input' | 'plan' | 'reports' | 'startedMs'>): SyncReport {
  const relations = Object.values(reports);
  return {
    connectorId: input.connectorId,
    jobType: input.jobType,
    status: 'completed',
    index: plan.job.index,
    ...sumReports(relations),
    durationMs: Date.now() - startedMs,
    relations,
    skipped: plan.skipped,
    ...(plan.notes === undefined ? {} : { notes: plan.notes }),
  };
}
