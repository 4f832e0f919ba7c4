import type { Client as Elasticsearch } from '@elastic/elasticsearch';
import type { Client } from '@temporalio/client';

import type { Settings } from '../config/settings/settings';
import { summarizeDeadLetters } from '../elasticsearch/dead-letters/summarize-dead-letters';
import { describeIndex } from '../elasticsearch/index/describe-index';
import { deadLetterIndexName } from '../elasticsearch/index/index-names';
import { findStream, type FoundStream } from '../jobs/find-stream';
import { readEnding } from '../jobs/read-ending';
import { type JobDetails, readJob } from '../jobs/read-job';
import type { ConnectorState } from '../sync/index-state';
import type { ConnectorDetails, ConnectorStatus, IndexMemory, ShownFailure } from './connector-status';
import { keepEachFresh } from './keep-fresh';

/** What a source asks. */
export interface StatusServers {
  readonly temporal: Client;
  readonly elasticsearch: Elasticsearch;
  /** The worker's settings, as they are by now. */
  readonly settings: () => Settings;
}

/** Details of connectors, which are asked for one by one. */
export interface DetailsSource {
  /** What can't be asked is left out. */
  readonly of: (connector: ConnectorStatus) => Promise<ConnectorDetails>;
  /** Something was done to it: what is known of its sync counts no longer. */
  readonly forget: (connectorId: string) => void;
}

/** Milliseconds for which answers hold. */
const PROGRESS_HOLDS_MS = 1_500;
const INDEX_HOLDS_MS = 15_000;
/** Endings that are kept: they never change. */
const KEPT_ENDINGS = 2_000;

export function createDetailsSource({ temporal, elasticsearch, settings }: StatusServers): DetailsSource {
  const running = keepEachFresh<JobDetails>(PROGRESS_HOLDS_MS);
  const streams = keepEachFresh<FoundStream | undefined>(PROGRESS_HOLDS_MS);
  const refused = keepEachFresh<ConnectorDetails['refused']>(INDEX_HOLDS_MS);
  const memories = keepEachFresh<IndexMemory | undefined>(INDEX_HOLDS_MS);
  const endings = new Map<string, ShownFailure>();

  const readProgress = async (id: string) => {
    const { value: job } = await running.ask(id, () => readJob(temporal, id));
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
  const readRefused = async ({ id, index, jobs }: ConnectorStatus) => {
    const { rejected = 0, dropped = 0 } = jobs.findLast(({ status }) => status !== 'running')?.memo ?? {};
    if (index === undefined || rejected + dropped === 0) return [];
    const { connectors, served } = settings();
    const isServed = !connectors.some((connector) => connector.id === id);
    const letters = deadLetterIndexName({ index, deadLetters: isServed ? served?.deadLetters : undefined });
    const { value = [] } = await refused.ask(id, () => summarizeDeadLetters(elasticsearch, letters, id));
    return value;
  };
  const readMemory = async ({ id, index }: ConnectorStatus): Promise<IndexMemory | undefined> => {
    if (index === undefined) return undefined;
    const { value } = await memories.ask(id, async () => {
      const { connectors = {} } = (await describeIndex(elasticsearch, index))?.state ?? {};
      return readMemoryOf(connectors[id]);
    });
    return value;
  };

  return {
    of: async (connector) => {
      const { id, state, inStepSince } = connector;
      const [progress, failure, rows, stream, indexMemory] = await Promise.all([
        state === 'running' ? readProgress(id).catch(() => undefined) : undefined,
        state === 'failed' ? readFailure(connector).catch(() => undefined) : undefined,
        readRefused(connector).catch(() => []),
        connector.stream === undefined ? undefined : streams.ask(id, () => findStream(temporal, id)),
        inStepSince === undefined && state !== 'unknown' ? readMemory(connector) : undefined,
      ]);
      return {
        ...(progress === undefined ? {} : { progress }),
        ...(failure === undefined ? {} : { failure }),
        ...(stream?.value === undefined ? {} : { stream: stream.value }),
        ...(indexMemory === undefined ? {} : { indexMemory }),
        refused: rows,
      };
    },
    forget: (connectorId) => {
      running.forget(connectorId);
    },
  };
}

/** @returns undefined where a sync has begun, and none is known to have read everything: an earlier one may have */
function readMemoryOf(state: ConnectorState | undefined): IndexMemory | undefined {
  if (state === undefined) return {};
  const isCopied = Object.values(state.relations).some(({ watermark }) => watermark !== undefined);
  return isCopied ? { writtenAt: new Date(state.version / 1_000) } : undefined;
}
