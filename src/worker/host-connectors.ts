import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as Elasticsearch } from '@elastic/elasticsearch';
import { Context } from '@temporalio/activity';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { type NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';

import type { ServiceActivities } from '../activities/contract/service-activities';
import type { ServedSettings, Settings } from '../config/settings/settings';
import type { ServiceContext } from '../connector-service/context/service-context';
import { serveConnectors } from '../connector-service/serve-connectors';
import { connectElasticsearch } from '../elasticsearch/connection/connect-elasticsearch';
import { createDataConverter } from '../payloads/data-converter';
import { SERVICE_WORKFLOW, type ServiceInput } from '../sync/wire/workflow-names';

/** The part of a worker that serves connectors which are managed in Elasticsearch. */
export interface ConnectorHost {
  /** Rejects when its Temporal worker had to stop. */
  readonly failed: Promise<never>;
  readonly reload: (settings: Settings) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What the host has in common with the worker that it is a part of. */
export interface HostParts {
  readonly connection: NativeConnection;
  /** Options of the worker's own Temporal workers. */
  readonly shared: Omit<WorkerOptions, 'taskQueue'>;
  /** Of the namespace of Temporal that syncs run in. */
  readonly namespaceId: string;
  /** Absolute path of the configuration file; empty where there is none. */
  readonly file: string;
}

/** Milliseconds between two looks whether the workflow runs. */
const LOOK_MS = 5_000;

/** Starts to serve what settings say, and goes on by others when they change. */
export async function hostConnectors(settings: Settings, parts: HostParts): Promise<ConnectorHost> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  let current = settings;
  let service: RunningService | undefined;
  const adapt = async () => {
    const queue = serviceQueue(current);
    if (service?.queue !== queue) {
      await service?.stop();
      service = queue === undefined ? undefined : await startService(queue, () => current, parts, fail);
    } else service?.refresh();
  };
  let adapting = adapt();
  await adapting;
  return {
    failed,
    reload: (next) => {
      current = next;
      adapting = adapting.then(adapt);
      adapting.catch(fail);
      return adapting;
    },
    stop: async () => {
      await adapting;
      await service?.stop();
    },
  };
}

/** Workers share a service when they would do the same. */
function serviceQueue({ served, published, connectors, elasticsearch, temporal }: Settings): string | undefined {
  if (served === undefined && published === undefined) return undefined;
  const { entries, all } = served ?? NONE;
  const ids = entries.map(({ id }) => id).sort();
  const own = published === undefined ? [] : [connectors.map(({ id }) => id).sort()];
  const subject = JSON.stringify([elasticsearch.host, all, ids, ...own]);
  return `${temporal.taskQueue}-connectors-${createHash('sha256').update(subject).digest('hex').slice(0, 8)}`;
}

interface RunningService {
  readonly queue: string;
  /** Takes other credentials. */
  readonly refresh: () => void;
  readonly stop: () => Promise<void>;
}

async function startService(
  queue: string,
  settings: () => Settings,
  { connection, shared, namespaceId, file }: HostParts,
  onFailure: (error: unknown) => void,
): Promise<RunningService> {
  const { temporal } = settings();
  const { namespace, taskQueue, encryption } = temporal;
  const client = new Client({ connection, namespace, dataConverter: createDataConverter(encryption) });
  const clients = new Set<Elasticsearch>();
  const connect = () => {
    const made = connectElasticsearch(settings().elasticsearch);
    clients.add(made);
    return made;
  };
  let elasticsearch = connect();
  const { logger: log } = Runtime.instance();
  const context = (): ServiceContext => {
    const { served, ...others } = settings();
    return { settings: { ...others, served: served ?? NONE }, elasticsearch, temporal: client, namespaceId, file, log };
  };
  const activities: ServiceActivities = { serveConnectors: () => serveConnectors(context, Context.current()) };
  const worker = await Worker.create({ ...shared, taskQueue: queue, activities: { ...activities } });
  const running = worker.run();
  running.catch(onFailure);
  const stopping = new AbortController();
  const watching = keepRunning(client, queue, taskQueue, stopping.signal);
  return {
    queue,
    refresh: () => {
      elasticsearch = connect();
    },
    stop: async () => {
      stopping.abort();
      await watching;
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await Promise.all([...clients].map((made) => made.close()));
    },
  };
}

/** What is served where the file serves nothing: it publishes its connectors, or has just ceased to serve any. */
const NONE: ServedSettings = {
  entries: [],
  all: false,
  defaults: undefined as never,
  heartbeatMs: LOOK_MS,
  deadLetters: '',
};

/** The workflow ends where no worker takes its activity, as in a night without workers: whoever comes starts it again. */
async function keepRunning(client: Client, queue: string, taskQueue: string, signal: AbortSignal): Promise<void> {
  const handle = client.workflow.getHandle(queue);
  const isRunning = async () => {
    try {
      return (await handle.describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  while (!signal.aborted) {
    try {
      if (!(await isRunning())) {
        await client.workflow.start<(input: ServiceInput) => Promise<void>>(SERVICE_WORKFLOW, {
          args: [{ taskQueue: queue }],
          taskQueue,
          workflowId: queue,
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: 'serves connectors that are managed in Elasticsearch',
        });
      }
    } catch (error) {
      Runtime.instance().logger.warn('Cannot look after the service of connectors in Elasticsearch', { error });
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
