import { type SyncInput } from '../sync/job';
import { type SyncReport } from '../sync/report';
import { renderTable } from './render-table';
import { dim, green, red } from './terminal';
import { type Reached, type SyncEnding } from './workflow-failure';

const NOTHING = { indexed: 0, unchanged: 0, deleted: 0, rejected: 0, duration_ms: 0, relations: [] };

/** How a sync ended, as `sync --json` prints it. */
export function reportDocument({ connectorId, jobType }: SyncInput, ending: SyncReport | SyncEnding) {
  // A sync that was running already may be of the other type.
  const ended = 'relations' in ending ? ending.jobType : jobType;
  const job = { connector_id: connectorId, job_type: ended, status: ending.status };
  if (!('relations' in ending)) return { ...job, ...NOTHING, ...ending.reached, ...errorOf(ending) };
  const { indexed, unchanged, deleted, rejected, durationMs, relations, skipped } = ending;
  return { ...job, indexed, unchanged, deleted, rejected, duration_ms: durationMs, relations, skipped };
}

function errorOf({ failure }: SyncEnding) {
  if (failure === undefined) return {};
  const { type, message, remedy } = failure;
  return { error: { type, message, remedy } };
}

/** What became of a sync without a report or a failure, and what to do next. */
const WITHOUT_FAILURE: Readonly<Record<SyncEnding['status'], (connectorId: string) => string>> = {
  failed: () => 'failed',
  cancelled: () => 'was cancelled\n  → The index stays valid; the next sync goes on from what it holds.',
  terminated: () => 'was terminated\n  → Start another one: it restores the settings of the index.',
  running: (id) => `goes on\n  → pgferry jobs show ${id} --follow watches it, pgferry jobs cancel ${id} ends it.`,
  cancelling: (id) =>
    `will be cancelled as soon as a worker takes it up\n  → pgferry jobs show ${id} tells when it is.`,
};

/** How a sync ended, for people. */
export function renderReport({ connectorId, jobType }: SyncInput, ending: SyncReport | SyncEnding): string {
  const job = `${jobType} sync of ${connectorId}`;
  if (!('relations' in ending)) {
    const { failure, status, reached } = ending;
    const far = reached === undefined ? [] : [dim(`so far: ${renderTotals(reached)}`)];
    if (failure === undefined) return [...far, `${red('✗')} ${job} ${WITHOUT_FAILURE[status](connectorId)}`].join('\n');
    return `${red('✗')} ${job} failed: ${failure.message} ${dim(`(${failure.type})`)}\n  → ${failure.remedy}`;
  }
  const { indexed, durationMs, relations, skipped } = ending;
  const rows = relations.map((r) => [r.relation, r.read, r.indexed, r.unchanged, r.deleted, r.rejected]);
  const rate = Math.round(indexed / Math.max(0.001, durationMs / 1_000)).toLocaleString('en-US');
  return [
    ...(rows.length === 0
      ? []
      : [renderTable(['relation', 'read', 'indexed', 'unchanged', 'deleted', 'rejected'], rows)]),
    ...skipped.map(({ relation, reason }) => dim(`skipped ${relation}: ${reason}`)),
    `${green('✓')} ${job}: ${renderTotals(ending)} in ${(durationMs / 1_000).toFixed(1)} s (${rate} documents/s)`,
  ].join('\n');
}

function renderTotals({ indexed, unchanged, deleted, rejected }: Reached): string {
  return Object.entries({ indexed, unchanged, deleted, rejected })
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
    .join(', ');
}
