/** The subject of a line, as keywords: connector, relation, job (workflow id), run, activity, attempt. */
export type LogLabels = Readonly<Record<string, string>>;

/** An error as a line has it: no stack, since what hangs on an error may quote rows. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly remedy?: string;
}

/** The fields of a log line, beside its message, by their names in ECS (the Elastic Common Schema). */
export interface LogFields {
  readonly labels: LogLabels;
  /** `log.logger`: which part of the worker speaks. */
  readonly 'log.logger'?: string;
  readonly error?: LoggedError | undefined;
  readonly event?: { readonly duration: number };
  readonly 'trace.id'?: string;
  readonly 'span.id'?: string;
}

/** Names of labels, by those of the fields of Temporal's SDK. */
const LABELS: Readonly<Record<string, string>> = {
  connector: 'connector',
  relation: 'relation',
  workflowId: 'job',
  workflowRunId: 'run',
  runId: 'run',
  run_id: 'run',
  workflow_id: 'job',
  activityType: 'activity',
  attempt: 'attempt',
  taskQueue: 'task_queue',
  task_queue: 'task_queue',
  state: 'state',
  jobType: 'job_type',
  rows: 'rows',
  relations: 'relations',
  indexed: 'indexed',
  unchanged: 'unchanged',
  deleted: 'deleted',
  rejected: 'rejected',
};

const SYNC_JOB = /^(?:scheduled-)?sync-(?<connector>.+)$/u;

/**
 * Fields of a line from what Temporal's SDK attaches to it. Only what is known to be harmless passes: options may hold
 * secrets, and what hangs on an error may quote rows.
 */
export function toLogFields(meta: Readonly<Record<string, unknown>>): LogFields {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(meta)) {
    const label = LABELS[key];
    if (label !== undefined && (typeof value === 'string' || typeof value === 'number')) labels[label] = String(value);
  }
  const connector = SYNC_JOB.exec(labels['job'] ?? '')?.groups?.['connector'];
  if (connector !== undefined) labels['connector'] ??= connector;
  const { sdkComponent, durationMs, trace_id: traceId, span_id: spanId } = meta;
  const error = describeError(meta);
  return {
    labels,
    ...(typeof sdkComponent === 'string' ? { 'log.logger': `temporal.${sdkComponent}` } : {}),
    ...(error === undefined ? {} : { error }),
    ...(typeof durationMs === 'number' ? { event: { duration: Math.round(durationMs * 1e6) } } : {}),
    ...(typeof traceId === 'string' ? { 'trace.id': traceId } : {}),
    ...(typeof spanId === 'string' ? { 'span.id': spanId } : {}),
  };
}

/** Errors are told by type and message alone; workflows name theirs in words, with the remedy. */
function describeError({ error, failure, reason, remedy }: Readonly<Record<string, unknown>>): LogFields['error'] {
  if (typeof failure === 'string' && typeof reason === 'string') {
    return { type: failure, message: reason, ...(typeof remedy === 'string' ? { remedy } : {}) };
  }
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error' };
  const type = 'type' in error && typeof error.type === 'string' ? error.type : error.name;
  return { type, message: error.message };
}
