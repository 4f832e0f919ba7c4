import { listWaitingJobs } from '../../activities/connector/list-served';
import type { Settings } from '../../config/settings/settings';
import type { JobDocument } from '../../connector-service/protocol/job-document';
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
    const waiting = status === undefined ? await findWaiting(settings, connectorId, since) : [];
    const shown = [...waiting.map(waitingDocument), ...jobs.map(jobDocument)].slice(0, limit);
    terminal.result({ jobs: shown }, () => renderJobs(shown));
  });
}

async function findWaiting(settings: Settings, connectorId: string | undefined, since: Date | undefined) {
  const waiting = await listWaitingJobs(settings);
  return waiting.filter((job) => {
    const isOfConnector = connectorId === undefined || job.connectorId === connectorId;
    return isOfConnector && !(since !== undefined && Date.parse(job.createdAt ?? '') < since.getTime());
  });
}

/** A job as `--json` prints it. */
interface JobRow {
  readonly connector_id: string;
  /** Null while it waits for its start. */
  readonly run_id: string | null;
  /** The document in Elasticsearch by which it was asked for. */
  readonly sync_job: string | null;
  readonly job_type: string | null;
  readonly trigger: string | null;
  readonly status: string;
  readonly started_at: string | null;
  readonly closed_at: string | null;
  readonly indexed?: number;
  readonly deleted?: number | undefined;
  readonly rejected?: number | undefined;
}

/** A job of Temporal as `--json` prints it. */
export function jobDocument({ connectorId, runId, status, startedAt, closedAt, memo }: ListedJob) {
  const { jobType, trigger, syncJob, indexed, unchanged, deleted, rejected, dropped = 0, omitted = 0 } = memo;
  return {
    connector_id: connectorId,
    run_id: runId,
    sync_job: syncJob ?? null,
    job_type: jobType ?? null,
    trigger: trigger ?? null,
    status,
    started_at: startedAt.toISOString(),
    closed_at: closedAt?.toISOString() ?? null,
    ...(indexed === undefined ? {} : { indexed, unchanged, deleted, rejected, dropped, omitted }),
  } satisfies JobRow;
}

function waitingDocument({ id, connectorId, jobType, isScheduled, status }: JobDocument): JobRow {
  const trigger = isScheduled ? 'schedule' : 'manual';
  const never = { run_id: null, started_at: null, closed_at: null };
  return { connector_id: connectorId, ...never, sync_job: id, job_type: jobType, trigger, status };
}

function renderJobs(jobs: readonly JobRow[]): string {
  if (jobs.length === 0) return 'No such jobs.';
  const rows = jobs.map((job) => [
    job.connector_id,
    job.job_type ?? '',
    job.trigger ?? '',
    job.status,
    job.started_at?.slice(0, 19) ?? '',
    renderDuration(job),
    ...[job.indexed, job.deleted, job.rejected].map((count) => count?.toLocaleString('en-US') ?? ''),
    job.run_id ?? '',
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

function renderDuration({ started_at: start, closed_at: end }: JobRow): string {
  if (start === null || end === null) return '';
  return `${((Date.parse(end) - Date.parse(start)) / 1_000).toFixed(1)} s`;
}
