import { beginSync } from '../jobs/begin-sync';
import { controlSync, type JobVerb } from '../jobs/control-sync';
import { type ListedStream, listStreams } from '../jobs/list-streams';
import { createRecentJobs, type FirstLook } from '../jobs/recent-jobs';
import { listNextStarts, type NextStart } from '../schedules/next-starts';
import type { ConnectorDetails, ConnectorStatus, StatusOverview } from './connector-status';
import { createOverview } from './create-overview';
import { createDetailsSource, type StatusServers } from './details-source';
import { keepFresh } from './keep-fresh';

/** What can be asked for from a page. */
export type StatusVerb = 'sync' | JobVerb;

/** Everything that a page of all connectors shows, and what its buttons do. */
export interface StatusSource {
  readonly overview: () => Promise<StatusOverview>;
  readonly details: (connector: ConnectorStatus) => Promise<ConnectorDetails>;
  /** @throws SyncFailure where there is nothing to pause, resume or cancel */
  readonly control: (connectorId: string, verb: StatusVerb) => Promise<void>;
}

/** Milliseconds for which answers hold: any number of people may look, Temporal is asked once. */
const JOBS_HOLD_MS = 2_000;
const STREAMS_HOLD_MS = 5_000;
const SCHEDULES_HOLD_MS = 15_000;

/**
 * Asks nobody until somebody looks.
 * @param firstLook - how far the first look at jobs goes
 */
export function createStatusSource(servers: StatusServers, firstLook?: FirstLook): StatusSource {
  const { temporal, settings } = servers;
  const { taskQueue } = settings().temporal;
  const details = createDetailsSource(servers);
  const recent = createRecentJobs(temporal, taskQueue, firstLook);
  let streams: ReadonlyMap<string, ListedStream> = new Map();
  const listed = keepFresh(async () => {
    streams = await listStreams(temporal, taskQueue);
  }, STREAMS_HOLD_MS);
  let nextStarts: ReadonlyMap<string, readonly NextStart[]> = new Map();
  const schedules = keepFresh(async () => {
    nextStarts = await listNextStarts(temporal, { taskQueue });
  }, SCHEDULES_HOLD_MS);
  const jobs = keepFresh(() => {
    const { connectors, served } = settings();
    const named = [...connectors, ...(served?.entries ?? [])].map(({ id }) => id);
    return recent.refresh([...named, ...nextStarts.keys()]);
  }, JOBS_HOLD_MS);
  return {
    overview: async () => {
      const asked = await Promise.all([jobs.ask(), schedules.ask(), listed.ask()]);
      const trouble = asked.map((answer) => answer.trouble).find((words) => words !== undefined);
      return createOverview({ settings: settings(), recent, nextStarts, streams, trouble });
    },
    details: details.of,
    control: async (connectorId, verb) => {
      if (verb === 'sync') await beginSync(temporal, taskQueue, { connectorId, jobType: 'full' });
      else await controlSync(temporal, connectorId, verb);
      details.forget(connectorId);
      jobs.forget();
    },
  };
}
