import { type JobStatus, type ListedJob, listJobs } from '../../jobs/list-jobs';
import { renderTable } from '../output/render-table';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { withTemporal } from '../session/with-temporal';

/** Options of `pgferry jobs list`. */
export interface JobListOptions extends ConfigurationOptions {
  readonly status?: JobStatus;
  readonly since?: Date;
  readonly limit: number;
}

/** `pgferry jobs list` */
export function printJobs(connectorId: string | undefined, options: JobListOptions): Promise<void> {
  return withTemporal(options, async ({ client, settings, terminal }) => {
    const { status, since, limit } = options;
    const jobs = await listJobs(client, {
      taskQueue: settings.temporal.taskQueue,
      limit,
      ...(connectorId === undefined ? {} : { connectorId }),
      ...(status === undefined ? {} : { status }),
      ...(since === undefined ? {} : { since }),
    });
    terminal.result({ jobs: jobs.map(jobDocument) }, () => renderJobs(jobs));
  });
}

/** A job as `--json` prints it. */
export function jobDocument({ connectorId, runId, status, startedAt, closedAt, memo }: ListedJob) {
  const { jobType, trigger, indexed, unchanged, deleted, rejected, dropped = 0, omitted = 0 } = memo;
  return {
    connector_id: connectorId,
    run_id: runId,
    job_type: jobType ?? null,
    trigger: trigger ?? null,
    status,
    started_at: startedAt.toISOString(),
    closed_at: closedAt?.toISOString() ?? null,
    ...(indexed === undefined ? {} : { indexed, unchanged, deleted, rejected, dropped, omitted }),
  };
}

function renderJobs(jobs: readonly ListedJob[]): string {
  if (jobs.length === 0) return 'No such jobs.';
  const rows = jobs.map(({ connectorId, runId, status, startedAt, closedAt, memo }) => [
    connectorId,
    memo.jobType ?? '',
    memo.trigger ?? '',
    status,
    startedAt.toISOString().slice(0, 19),
    closedAt === undefined ? '' : `${((closedAt.getTime() - startedAt.getTime()) / 1_000).toFixed(1)} s`,
    ...[memo.indexed, memo.deleted, memo.rejected].map((count) => count?.toLocaleString('en-US') ?? ''),
    runId,
  ]);
  const header = [
    'connector',
    'job',
    'trigger',
    'status',
    'started (UTC)',
    'took',
    'indexed',
    'deleted',
    'rejected',
    'run',
  ];
  return renderTable(header, rows);
}
