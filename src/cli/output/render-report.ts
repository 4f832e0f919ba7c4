import type { SyncEnding } from '../../jobs/sync-ending';
import type { SyncInput } from '../../sync/job';
import type { RelationReport, SyncReport, SyncTotals } from '../../sync/report';
import { renderTable } from './render-table';
import { dim, green, red, yellow } from './terminal';

const NOTHING = {
  indexed: 0,
  unchanged: 0,
  deleted: 0,
  rejected: 0,
  dropped: 0,
  omitted: 0,
  duration_ms: 0,
  relations: [],
};

/** The end of a sync, as `sync --json` prints it. */
export function reportDocument({ connectorId, jobType }: SyncInput, ending: SyncReport | SyncEnding) {
  // A sync that was running already may be of the other type.
  const ended = 'relations' in ending ? ending.jobType : jobType;
  const job = { connector_id: connectorId, job_type: ended, status: ending.status };
  if (!('relations' in ending)) {
    const { reached, reports = [] } = ending;
    return { ...job, ...NOTHING, ...reached, relations: reports.map(relationDocument), ...errorOf(ending) };
  }
  const { indexed, unchanged, deleted, rejected, dropped = 0, omitted = 0 } = ending;
  const { durationMs, skipped, notes = [] } = ending;
  const counts = { indexed, unchanged, deleted, rejected, dropped, omitted };
  const relations = ending.relations.map(relationDocument);
  return { ...job, ...counts, duration_ms: durationMs, relations, skipped, notes };
}

/** A relation's report as `--json` prints it: every count is there, also those that are zero. */
export function relationDocument({ bytes, seconds, dropped = 0, omitted = 0, ...counts }: RelationReport) {
  return { ...counts, dropped, omitted, bytes, seconds };
}

function errorOf({ failure }: SyncEnding) {
  if (failure === undefined) return {};
  const { type, message, remedy } = failure;
  return { error: { type, message, remedy } };
}

/** Sentences for a sync without a report or a failure: its end, and the next thing to do. */
const WITHOUT_FAILURE: Readonly<Record<SyncEnding['status'], (connectorId: string) => string>> = {
  failed: () => 'failed',
  cancelled: () => 'was cancelled\n  → The index stays valid; the next sync goes on from what it holds.',
  terminated: () => 'was terminated\n  → Start another one: it restores the settings of the index.',
  running: (id) => `goes on\n  → pgferry jobs show ${id} --follow watches it, pgferry jobs cancel ${id} ends it.`,
  cancelling: (id) => `will be cancelled as soon as a worker gets to it\n  → pgferry jobs show ${id} tells when it is.`,
};

/** The end of a sync, for people. */
export function renderReport({ connectorId, jobType }: SyncInput, ending: SyncReport | SyncEnding): string {
  const job = `${jobType} sync of ${connectorId}`;
  if (!('relations' in ending)) {
    const { failure, status, reached, reports = [] } = ending;
    const far = reached === undefined ? [] : [dim(`so far: ${renderTotals(reached)}`)];
    if (failure === undefined) return [...far, `${red('✗')} ${job} ${WITHOUT_FAILURE[status](connectorId)}`].join('\n');
    const synced = reports.filter((report) => report.failure === undefined);
    const failed = `${red('✗')} ${job} failed: ${failure.message} ${dim(`(${failure.type})`)}\n  → ${failure.remedy}`;
    return [...(synced.length === 0 ? [] : [renderRelations(synced)]), failed].join('\n');
  }
  const { indexed, durationMs, relations, skipped, notes = [] } = ending;
  const rate = Math.round(indexed / Math.max(0.001, durationMs / 1_000)).toLocaleString('en-US');
  const pace = indexed === 0 ? '' : ` (${rate} documents/s)`;
  return [
    ...(relations.length === 0 ? [] : [renderRelations(relations)]),
    ...skipped.map(({ relation, reason }) => dim(`skipped ${relation}: ${reason}`)),
    ...notes.map((note) => `${yellow('note')} ${note}`),
    `${green('✓')} ${job}: ${renderTotals(ending)} in ${(durationMs / 1_000).toFixed(1)} s${pace}`,
  ].join('\n');
}

/** Tabulates what became of each relation's rows; dropped and omitted ones only where there are any. */
export function renderRelations(
  relations: readonly RelationReport[],
  rateOf?: (report: RelationReport) => number,
): string {
  const rare = (['dropped', 'omitted'] as const).filter((name) => relations.some((report) => (report[name] ?? 0) > 0));
  const counts = ['read', 'indexed', 'unchanged', 'deleted', 'rejected', ...rare] as const;
  const rows = relations.map((report) => [
    report.relation,
    ...counts.map((name) => report[name] ?? 0),
    ...(rateOf === undefined ? [] : [rateOf(report)]),
  ]);
  return renderTable(['relation', ...counts, ...(rateOf === undefined ? [] : ['documents/s'])], rows);
}

function renderTotals({ indexed, unchanged, deleted, rejected, dropped = 0, omitted = 0 }: SyncTotals): string {
  const rare = { ...(dropped > 0 ? { dropped } : {}), ...(omitted > 0 ? { omitted } : {}) };
  return Object.entries({ indexed, unchanged, deleted, rejected, ...rare })
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
    .join(', ');
}
