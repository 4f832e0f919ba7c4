import { findConnectorDocument } from '../elasticsearch/connector-documents/find-documents';
import { lookAtService } from '../elasticsearch/connector-documents/look-at-service';
import type { ServiceContext } from './context/service-context';
import { type JobMemory, seeToJobs } from './jobs/see-to-jobs';
import { askToStop } from './jobs/stop-sync';
import { keepAlive } from './keep-alive';
import type { KnownConnector } from './known-connector';
import { createLanes } from './lanes';
import { listScheduled, removeSchedules } from './life/keep-schedules';
import { liveOn } from './live-on';
import { type JobDocument, readJob } from './protocol/job-document';
import { toServedScope } from './protocol/served-scope';
import { publishConnector } from './published/publish-connector';
import { readPublished, takeNote } from './take-note';

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

const CUT =
  'There are more connectors, or jobs that have not ended, than Elasticsearch gives at a time: some have to wait';

/** @param context - as it is at the moment */
export function createService(context: () => ServiceContext): ConnectorService {
  const known = new Map<string, KnownConnector>();
  const foreign = new Map<string, number>();
  const memory: JobMemory = { reported: new Map(), orphans: new Set(), foreign: new Map(), attempts: new Map() };
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
  const beatLanes = createLanes(1, tell);
  let isFirst = true;

  const pass = async () => {
    const now = context();
    const view = await lookAtService(now.elasticsearch, toServedScope(now.settings));
    await takeNote(now, { known, foreign, tell }, view.connectors, isFirst);
    if (view.isCut && !told.has(CUT)) {
      told.set(CUT, CUT);
      now.log.warn(CUT);
    }
    const present = new Set(view.connectors.map(({ id }) => id));
    const published = readPublished(now);
    const jobs = groupJobs(view.jobs.flatMap((found) => readJob(found) ?? []));
    const gone = isFirst ? await listScheduled(now) : [];
    isFirst = false;
    const left = [...known.keys(), ...gone].filter((id) => !present.has(id) && !published.has(id));
    for (const id of left) lifeLanes.run(id, () => forgetConnector(now, known, id));
    for (const [id, settings] of published)
      if (!present.has(id)) lifeLanes.run(id, () => publishConnector(now, settings));
    for (const [id, ofConnector] of jobs) {
      // Beside the report of its counts, which may wait long for a busy Elasticsearch.
      stopLanes.run(id, () => stopCanceled(now, ofConnector));
      const connector = present.has(id) || published.has(id) ? known.get(id)?.document : undefined;
      jobLanes.run(id, () => seeToJobs(now, connector, ofConnector, memory));
    }
    const there = [...known.values()].filter(({ document: { id } }) => present.has(id));
    const surroundings = { jobLanes, lifeLanes, count: there.length };
    const due = there.filter((connector) => {
      const { id } = connector.document;
      return liveOn(now, connector, jobs.get(id) ?? [], surroundings, published.get(id));
    });
    if (due.length > 0) beatLanes.run('all', () => keepAlive(now, due));
    return jobs.size > 0;
  };
  return {
    pass,
    settle: async () => {
      await Promise.all([jobLanes, lifeLanes, stopLanes, beatLanes].map((lanes) => lanes.settle()));
    },
  };
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
