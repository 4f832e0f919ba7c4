import type { Client as Elasticsearch } from '@elastic/elasticsearch';
import type { Client } from '@temporalio/client';

import type { Settings } from '../config/settings/settings';
import { summarizeDeadLetters } from '../elasticsearch/dead-letters/summarize-dead-letters';
import { deadLetterIndexName } from '../elasticsearch/index/index-names';
import { beginSync } from '../jobs/begin-sync';
import { controlSync, type JobVerb } from '../jobs/control-sync';
import { readEnding } from '../jobs/read-ending';
import { type JobDetails, readJob } from '../jobs/read-job';
import { createRecentJobs } from '../jobs/recent-jobs';
import { listNextStarts, type NextStart } from '../schedules/next-starts';
import type { ConnectorDetails, ConnectorStatus, ShownFailure, StatusOverview } from './connector-status';
import { createOverview } from './create-overview';
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

/** What a source asks. */
export interface StatusServers {
  readonly temporal: Client;
  readonly elasticsearch: Elasticsearch;
  /** The worker's settings, as they are by now. */
  readonly settings: () => Settings;
}

/** Milliseconds for which answers hold: any number of people may look, Temporal is asked once. */
const JOBS_HOLD_MS = 2_000;
const SCHEDULES_HOLD_MS = 15_000;
const PROGRESS_HOLDS_MS = 1_500;
const REFUSED_HOLDS_MS = 15_000;
/** Endings that are kept: they never change. */
const KEPT_ENDINGS = 2_000;

/** Asks nobody until somebody looks. */
export function createStatusSource({ temporal, elasticsearch, settings }: StatusServers): StatusSource {
  const { taskQueue } = settings().temporal;
  const recent = createRecentJobs(temporal, taskQueue);
  const jobs = keepFresh(recent.refresh, JOBS_HOLD_MS);
  let nextStarts: ReadonlyMap<string, readonly NextStart[]> = new Map();
  const schedules = keepFresh(async () => {
    nextStarts = await listNextStarts(temporal, { taskQueue });
  }, SCHEDULES_HOLD_MS);
  const running = new Map<string, ReturnType<typeof keepFresh<JobDetails>>>();
  const refused = new Map<string, ReturnType<typeof keepFresh<ConnectorDetails['refused']>>>();
  const endings = new Map<string, ShownFailure>();

  const readProgress = async (id: string) => {
    const asked = running.get(id) ?? keepFresh(() => readJob(temporal, id), PROGRESS_HOLDS_MS);
    running.set(id, asked);
    const { value: job } = await asked.ask();
    if (job?.status !== 'running') return undefined;
    const { phase, paused = false, estimatedRows = 0, relations, pending } = job;
    return { ...(phase === undefined ? {} : { phase }), paused, estimatedRows, relations, pending };
  };
  const readFailure = async ({ id, jobs: [...last] }: ConnectorStatus): Promise<ShownFailure | undefined> => {
    const runId = last.at(-1)?.runId ?? '';
    const known = endings.get(runId);
    if (known !== undefined) return known;
    const { error } = await readJob(temporal, id, runId);
    const failure = error === undefined ? undefined : readEnding(error).failure;
    if (failure === undefined) return undefined;
    const { type, message, remedy } = failure;
    if (endings.size >= KEPT_ENDINGS) endings.clear();
    endings.set(runId, { type, message, remedy });
    return endings.get(runId);
  };
  const readRefused = async ({ id, index, jobs: all }: ConnectorStatus) => {
    const { rejected = 0, dropped = 0 } = all.findLast(({ status }) => status !== 'running')?.memo ?? {};
    if (index === undefined || rejected + dropped === 0) return [];
    const { connectors, served } = settings();
    const isServed = !connectors.some((connector) => connector.id === id);
    const letters = deadLetterIndexName({ index, deadLetters: isServed ? served?.deadLetters : undefined });
    const asked =
      refused.get(id) ?? keepFresh(() => summarizeDeadLetters(elasticsearch, letters, id), REFUSED_HOLDS_MS);
    refused.set(id, asked);
    return (await asked.ask()).value ?? [];
  };

  return {
    overview: async () => {
      const asked = await Promise.all([jobs.ask(), schedules.ask()]);
      const trouble = asked.map((answer) => answer.trouble).find((words) => words !== undefined);
      return createOverview({ settings: settings(), recent, nextStarts, trouble });
    },
    details: async (connector) => {
      const [progress, failure, rows] = await Promise.all([
        connector.state === 'running' ? readProgress(connector.id).catch(() => undefined) : undefined,
        connector.state === 'failed' ? readFailure(connector).catch(() => undefined) : undefined,
        readRefused(connector).catch(() => []),
      ]);
      return {
        ...(progress === undefined ? {} : { progress }),
        ...(failure === undefined ? {} : { failure }),
        refused: rows,
      };
    },
    control: async (connectorId, verb) => {
      if (verb === 'sync') await beginSync(temporal, taskQueue, { connectorId, jobType: 'full' });
      else await controlSync(temporal, connectorId, verb);
      running.delete(connectorId);
      jobs.forget();
    },
  };
}
