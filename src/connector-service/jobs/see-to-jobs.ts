import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

import { findConnectorDocument } from '../../elasticsearch/connector-documents/find-documents';
import { changeJob } from '../../elasticsearch/connector-documents/write-documents';
import { SYNC_WORKFLOW, type SyncWorkflow, syncWorkflowId } from '../../sync/wire/workflow-names';
import type { ServiceContext } from '../context/service-context';
import { type ConnectorDocument, readConnector } from '../protocol/connector-document';
import { isClaimed, type JobDocument } from '../protocol/job-document';
import { endJob, endSync, type JobEnding, toCounts } from './end-job';
import { explainRun } from './explain-run';
import { findLatestRun, JOB_MEMO, type LatestRun, readReport } from './read-run';
import { askToStop, hasStopped } from './stop-sync';

/** What the service remembers of jobs from pass to pass; nothing is wrong without it, some of it only later. Milliseconds. */
export interface JobMemory {
  /** When counts were written last, by job. */
  readonly reported: Map<string, number>;
  /** Jobs that were stopped because their connector was gone: it may be back when they have ended. */
  readonly orphans: Set<string>;
  /** Jobs of other services: the sequence number that was seen last, and when it was seen first. */
  readonly foreign: Map<string, { readonly seqNo: number; readonly since: number }>;
  /** Starts that came to nothing, by job. */
  readonly attempts: Map<string, { readonly count: number; readonly at: number }>;
}

/** Milliseconds between two reports of a job's counts. */
const REPORT_MS = 3_500;
/** Milliseconds without a sign of life after which a job of another service is given up, as that does itself. */
const IDLE_MS = 300_000;
/** Tries to change what others change at the same time. */
const TRIES = 5;
/** Starts of a job, each of which ended before it could claim it, until that is the job's error. */
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;

/** Sees to the jobs of one connector that have not ended, the oldest first. */
export async function seeToJobs(
  context: ServiceContext,
  connector: ConnectorDocument | undefined,
  jobs: readonly JobDocument[],
  memory: JobMemory,
): Promise<void> {
  const claimed = jobs.filter(isClaimed);
  for (const job of claimed) {
    const { firstRunId, namespaceId } = job;
    const isOwn = firstRunId !== undefined && namespaceId === context.namespaceId;
    if (isOwn) await seeToOwn(context, connector, job, firstRunId, memory);
    else await seeToForeign(context, job, memory);
  }
  const [next] = jobs.filter(({ status }) => status === 'pending' || status === 'suspended');
  if (claimed.length > 0 || next === undefined || connector === undefined) return;
  await startNext(context, next, memory);
}

/**
 * A job that another service has claimed: it is left to that, as long as that changes it now and then. Its times say nothing: the
 * other clock may be an hour off.
 */
async function seeToForeign(context: ServiceContext, job: JobDocument, { foreign }: JobMemory): Promise<void> {
  const now = Date.now();
  const seen = foreign.get(job.id);
  if (seen?.seqNo !== job.seqNo) {
    foreign.set(job.id, { seqNo: job.seqNo, since: now });
    return;
  }
  if (now - seen.since < IDLE_MS) return;
  foreign.delete(job.id);
  const error = 'The service that ran the job has not been heard of for five minutes → Start the sync again.';
  await finish(context, job, { status: 'error', error });
}

async function seeToOwn(
  context: ServiceContext,
  connector: ConnectorDocument | undefined,
  job: JobDocument,
  firstRunId: string,
  memory: JobMemory,
): Promise<void> {
  const latest = await findLatestRun(context.temporal, job.connectorId);
  const isItsOwn = latest?.firstRunId === firstRunId;
  if (isItsOwn && latest.status === 'running') {
    if (job.status !== 'canceling' && !(await isGone(context, connector, job))) {
      await report(context, job, latest, memory);
      return;
    }
    if (job.status !== 'canceling') memory.orphans.add(job.id);
    await askToStop(context.temporal, job.connectorId, firstRunId);
    if (!(await hasStopped(context.temporal, job.connectorId, firstRunId))) return;
  }
  const run = await findLatestRun(context.temporal, job.connectorId, isItsOwn ? undefined : firstRunId);
  const ending = await readEnding(context, job, run);
  const wasStopped = memory.orphans.has(job.id);
  const isOrphan = ending.status !== 'completed' && (wasStopped || (await isGone(context, connector, job)));
  await finish(
    context,
    job,
    isOrphan ? { ...ending, status: 'error', error: 'The connector was deleted while the sync ran.' } : ending,
  );
}

/** The search may not have seen a connector: its document decides. */
async function isGone(
  { elasticsearch }: ServiceContext,
  connector: ConnectorDocument | undefined,
  { connectorId }: JobDocument,
): Promise<boolean> {
  return connector === undefined && (await findConnectorDocument(elasticsearch, connectorId)) === undefined;
}

async function report(
  context: ServiceContext,
  job: JobDocument,
  run: LatestRun,
  { reported }: JobMemory,
): Promise<void> {
  const now = Date.now();
  if (now - (reported.get(job.id) ?? 0) < REPORT_MS) return;
  reported.set(job.id, now);
  const progress = await readReport(context.temporal, job.connectorId, run.runId);
  const counts = progress === undefined ? job.counts : toCounts(progress);
  await changeJob(context.elasticsearch, job, { ...counts, last_seen: new Date().toISOString() });
}

async function readEnding(context: ServiceContext, job: JobDocument, run: LatestRun | undefined): Promise<JobEnding> {
  const report = run === undefined ? undefined : await readReport(context.temporal, job.connectorId, run.runId);
  if (run === undefined || report === undefined) {
    return {
      status: 'error',
      error: 'Temporal knows nothing of the sync any more → Start it again.',
      counts: job.counts,
    };
  }
  const { closedAt } = run;
  // A run that went on as another one ended later than it was closed.
  const at = run.status === 'continued_as_new' || closedAt === undefined ? {} : { at: closedAt };
  const ended = { counts: toCounts(report), ...at };
  const isComplete = run.status === 'completed' || (run.status === 'continued_as_new' && report.failure === undefined);
  if (isComplete) return { status: 'completed', error: null, ...ended };
  // What was being tried in vain when it was asked to stop may be how it ended.
  if (run.status === 'cancelled' || job.status === 'canceling') return { status: 'canceled', error: null, ...ended };
  return { status: 'error', error: explainRun(job.connectorId, report.failure), ...ended };
}

/** Writes the end into the job, then into the connector, unless that is at another job already. */
async function finish(context: ServiceContext, job: JobDocument, ending: JobEnding): Promise<void> {
  const isEnded = await endJob(context, job, ending);
  if (!isEnded) return;
  const { status, error } = ending;
  context.log.info(`Sync job ${job.id} of ${job.connectorId} ended: ${status}${error === null ? '' : `, ${error}`}`);
  for (let tries = 0; tries < TRIES; tries += 1) {
    // Read first: a sync that occupies it after the look below is not overwritten.
    const found = await findConnectorDocument(context.elasticsearch, job.connectorId);
    const latest = await findLatestRun(context.temporal, job.connectorId);
    const isNextOnItsWay = latest?.status === 'running' && latest.firstRunId !== job.firstRunId;
    if (found === undefined || isNextOnItsWay || (await endSync(context, readConnector(found), ending))) return;
  }
}

async function startNext(context: ServiceContext, job: JobDocument, { attempts }: JobMemory): Promise<void> {
  if (job.jobType === 'access_control') {
    const error = 'pgferry syncs no access control → Start a full or an incremental content sync.';
    await endJob(context, job, { status: 'error', error });
    return;
  }
  const latest = await findLatestRun(context.temporal, job.connectorId);
  if (latest?.status === 'running') return;
  if (latest?.syncJob === job.id) {
    const tried = attempts.get(job.id) ?? { count: 1, at: Date.now() };
    attempts.set(job.id, tried);
    if (tried.count >= ATTEMPTS) {
      await finish(context, job, await readEnding(context, job, latest));
      return;
    }
    if (Date.now() - tried.at < PAUSE_MS) return;
    attempts.set(job.id, { count: tried.count + 1, at: Date.now() });
  }
  await startSync(context, job);
}

async function startSync({ temporal, settings, log }: ServiceContext, job: JobDocument): Promise<void> {
  const { connectorId, isScheduled } = job;
  const jobType = job.jobType === 'incremental' ? 'incremental' : 'full';
  try {
    await temporal.workflow.start<SyncWorkflow>(SYNC_WORKFLOW, {
      args: [{ connectorId, jobType, trigger: isScheduled ? 'schedule' : 'manual', syncJob: job.id }],
      taskQueue: settings.temporal.taskQueue,
      workflowId: syncWorkflowId(connectorId),
      memo: { [JOB_MEMO]: job.id },
      staticSummary: `${jobType} sync of ${connectorId}, asked for in Elasticsearch`,
    });
    log.info(`Sync job ${job.id} of ${connectorId}: started`);
  } catch (error) {
    // Another service, or somebody by hand, was quicker.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
