import { findConnectorDocument, findConnectorDocuments } from '../elasticsearch/connector-documents/find-documents';
import type { FoundId } from '../elasticsearch/connector-documents/found-document';
import { lookAtService, type ServedScope } from '../elasticsearch/connector-documents/look-at-service';
import { changeConnector } from '../elasticsearch/connector-documents/write-documents';
import type { ServiceContext } from './context/service-context';
import { freeConnector } from './jobs/free-connector';
import { type JobMemory, seeToJobs } from './jobs/see-to-jobs';
import { askToStop } from './jobs/stop-sync';
import { isTrialDue, know, type KnownConnector, spreadTrial } from './known-connector';
import { createLanes } from './lanes';
import { judgeConnector } from './life/judge-connector';
import { keepSchedules, listScheduled, removeSchedules } from './life/keep-schedules';
import { readConnector } from './protocol/connector-document';
import { findRepairs } from './protocol/find-repairs';
import { type JobDocument, readJob } from './protocol/job-document';

/** A service of connectors that are managed in Elasticsearch. */
export interface ConnectorService {
  /**
   * Looks at all of them once, and begins what is to be done.
   * @returns whether a job waits or runs
   */
  readonly pass: () => Promise<boolean>;
  /** Waits for what was begun. */
  readonly settle: () => Promise<void>;
}

/** Connectors whose jobs are seen to at a time. */
const JOBS_AT_A_TIME = 32;
/** Connectors that are tried, or written to, at a time. */
const TRIALS_AT_A_TIME = 8;
/** Milliseconds for which a connector may say that a sync runs, while its job is not seen yet. */
const STUCK_MS = 3_000;

/** @param context - as it is at the moment */
export function createService(context: () => ServiceContext): ConnectorService {
  const known = new Map<string, KnownConnector>();
  const memory: JobMemory = { reported: new Map(), attempts: new Map() };
  const told = new Map<string, string>();
  const tell = (connectorId: string, error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    if (told.get(connectorId) === message) return;
    told.set(connectorId, message);
    context().log.warn(`Connector ${connectorId}: ${message}`);
  };
  const jobLanes = createLanes(JOBS_AT_A_TIME, tell);
  const lifeLanes = createLanes(TRIALS_AT_A_TIME, tell);
  const stopLanes = createLanes(JOBS_AT_A_TIME, tell);
  let isFirst = true;

  const pass = async () => {
    const now = context();
    const view = await lookAtService(now.elasticsearch, scopeOf(now));
    await takeNote(now, known, view.connectors, isFirst);
    const present = new Set(view.connectors.map(({ id }) => id));
    const jobs = groupJobs(view.jobs.flatMap((found) => readJob(found) ?? []));
    const gone = isFirst ? await listScheduled(now) : [];
    isFirst = false;
    for (const id of [...known.keys(), ...gone].filter((connectorId) => !present.has(connectorId)))
      lifeLanes.run(id, () => forgetConnector(now, known, id));
    for (const [id, ofConnector] of jobs) {
      // Beside the report of its counts, which may wait long for a busy Elasticsearch.
      stopLanes.run(id, () => stopCanceled(now, ofConnector));
      const connector = present.has(id) ? known.get(id)?.document : undefined;
      jobLanes.run(id, () => seeToJobs(now, connector, ofConnector, memory));
    }
    for (const connector of known.values()) {
      const { id } = connector.document;
      if (present.has(id)) liveOn(now, connector, jobs.get(id) ?? [], { jobLanes, lifeLanes });
    }
    return jobs.size > 0;
  };
  return {
    pass,
    settle: async () => {
      await Promise.all([jobLanes, lifeLanes, stopLanes].map((lanes) => lanes.settle()));
    },
  };
}

/** Connectors of the file itself are none of the service's, whatever bears their ids. */
function scopeOf({ settings: { served } }: ServiceContext): ServedScope {
  const ids = served.entries.map(({ id }) => id);
  return served.all ? { ids, serviceType: 'postgresql' } : { ids };
}

/** Reads the documents that have changed. */
async function takeNote(
  { elasticsearch, settings }: ServiceContext,
  known: Map<string, KnownConnector>,
  seen: readonly FoundId[],
  isFirst: boolean,
): Promise<void> {
  const ofFile = new Set(settings.connectors.map(({ id }) => id));
  const changed = seen.filter(({ id, seqNo }) => !ofFile.has(id) && known.get(id)?.document.seqNo !== seqNo);
  const ids = changed.map(({ id }) => id);
  for (const found of await findConnectorDocuments(elasticsearch, ids)) {
    const connector = know(readConnector(found), known.get(found.id));
    if (isFirst) spreadTrial(connector, Date.now());
    known.set(found.id, connector);
  }
}

async function stopCanceled({ temporal, namespaceId }: ServiceContext, jobs: readonly JobDocument[]): Promise<void> {
  for (const job of jobs) {
    const { connectorId, status, firstRunId } = job;
    const isOwn = firstRunId !== undefined && job.namespaceId === namespaceId;
    if (status === 'canceling' && isOwn) await askToStop(temporal, connectorId, firstRunId);
  }
}

function groupJobs(jobs: readonly JobDocument[]): Map<string, JobDocument[]> {
  const groups = new Map<string, JobDocument[]>();
  for (const job of jobs) groups.set(job.connectorId, [...(groups.get(job.connectorId) ?? []), job]);
  return groups;
}

/** The search may not see it yet, or no more: its document decides. */
async function forgetConnector(context: ServiceContext, known: Map<string, KnownConnector>, id: string): Promise<void> {
  if ((await findConnectorDocument(context.elasticsearch, id)) !== undefined) return;
  await removeSchedules(context, id);
  known.delete(id);
}

interface ServiceLanes {
  readonly jobLanes: ReturnType<typeof createLanes>;
  readonly lifeLanes: ReturnType<typeof createLanes>;
}

/** Begins what a connector needs next, one thing at a time. */
function liveOn(
  context: ServiceContext,
  known: KnownConnector,
  jobs: readonly JobDocument[],
  { jobLanes, lifeLanes }: ServiceLanes,
): void {
  const now = Date.now();
  const { document } = known;
  const { id } = document;
  const isRunning = jobs.some(({ status }) => status === 'in_progress' || status === 'canceling');
  if (document.lastSyncStatus === 'in_progress' && !isRunning) {
    known.stuckSince ??= now;
    if (now - known.stuckSince > STUCK_MS) jobLanes.run(id, () => freeConnector(context, document));
  } else delete known.stuckSince;
  const repairs = findRepairs(document);
  const isBeatDue = now - (known.beatAt ?? 0) > context.settings.served.heartbeatMs || document.lastSeen === undefined;
  if (repairs !== undefined || isBeatDue) {
    lifeLanes.run(id, async () => {
      const changes = { ...repairs, last_seen: new Date().toISOString() };
      if (!(await changeConnector(context.elasticsearch, document, changes))) return;
      known.beatAt = now;
    });
    return;
  }
  if (known.keptSchedules !== known.scheduled) {
    lifeLanes.run(id, async () => {
      await keepSchedules(context, document);
      known.keptSchedules = known.scheduled;
    });
    return;
  }
  if (isRunning || document.lastSyncStatus === 'in_progress' || !isTrialDue(known, now)) return;
  lifeLanes.run(id, async () => {
    known.judged = { configured: known.configured, at: now };
    if (!(await judgeConnector(context, document))) delete known.judged;
  });
}
