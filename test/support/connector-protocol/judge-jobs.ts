import { hasEnded, NOWHERE, type Past } from './acts';
import type { Document } from './new-documents';

/** Milliseconds for which the service may not have seen that a connector is back. */
const UNSEEN_MS = 5_000;

type Job = Document & { readonly id: string };

/**
 * What is wrong with a connector's jobs when all is quiet, by what was done and no more.
 * @returns sentences; none: all is well
 */
export function judgeJobs(jobs: readonly Job[], past: Past): string[] {
  const ids = new Set(jobs.map(({ id }) => id));
  const lost = [...past.asked].filter((id) => !ids.has(id) && !past.deleted.has(id));
  return [
    ...lost.map((id) => `job ${id} is lost`),
    ...jobs.flatMap((job) => judgeJob(job, past).map((problem) => `${describeJob(job)} ${problem}`)),
    ...findOverlaps(jobs),
  ];
}

function describeJob({ id, job_type: type, created_at: from, started_at: start, completed_at: end }: Job): string {
  return `job ${id} (${String(type)}, created ${String(from)}, begun ${String(start)}, ended ${String(end)})`;
}

function judgeJob(job: Job, past: Past): string[] {
  const { id, status, error, completed_at: end, canceled_at: canceled, trigger_method: trigger } = job;
  if (!hasEnded(job)) return [`is ${String(status)} when all is quiet`];
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  check(typeof end === 'string', 'has no end');
  check(past.asked.has(id) || (trigger === 'scheduled' && past.wasScheduled), 'was asked for by nobody');
  if (status === 'completed') {
    check(isRight(job), 'completed with settings that are wrong');
    check((error ?? null) === null, 'completed with an error');
    check(typeof job['total_document_count'] === 'number', 'completed without a total');
  } else if (status === 'canceled') {
    // A killed service no longer knows that it stopped a job because its connector was gone.
    check(past.canceled.has(id) || wasGone(job, past), 'was canceled by nobody');
    check(typeof canceled === 'string', 'was canceled at no time');
  } else {
    check(typeof error === 'string' && error !== '', 'failed without an error');
    const isDue = past.hadRules && job['job_type'] === 'incremental' && String(error).startsWith('FullSyncDue');
    check(!isRight(job) || wasGone(job, past) || isDue, `failed without a cause: ${String(error)}`);
  }
  return problems;
}

/** Whether its snapshot names the database that is there. */
function isRight({ connector }: Job): boolean {
  const { configuration } = connector as { readonly configuration?: Readonly<Record<string, Document>> };
  const database = configuration?.['database']?.['value'];
  return typeof database === 'string' && database !== '' && database !== NOWHERE;
}

function wasGone({ created_at: created, completed_at: end }: Job, { gone }: Past): boolean {
  const [from, to] = [Date.parse(String(created)), Date.parse(String(end))];
  return gone.some(([left, back]) => left < to && from < back + UNSEEN_MS);
}

/** Jobs that ran at the same time, by their own times. */
function findOverlaps(jobs: readonly Job[]): string[] {
  const runs = jobs
    .filter(({ started_at: start }) => typeof start === 'string')
    .map((job) => ({ job, start: String(job['started_at']), end: String(job['completed_at']) }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  return runs.flatMap(({ job, end }, place) => {
    const next = runs[place + 1];
    if (next === undefined || next.start >= end) return [];
    return [`${describeJob(next.job)} began before ${describeJob(job)} had ended`];
  });
}
