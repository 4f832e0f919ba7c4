import { type NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';

import { type ConnectorRegistry, createConnectorRegistry } from '../activities/connector/connector-registry';
import { createActivities } from '../activities/create-activities';
import { createFollowActivities } from '../activities/create-follow-activities';
import { failureInterceptor } from '../activities/failure-interceptor';
import type { Settings } from '../config/settings/settings';
import type { Monitoring } from '../monitoring/start-monitoring';
import type { Tracing } from '../monitoring/start-tracing';
import { createDataConverter } from '../payloads/data-converter';
import { dataTaskQueue, followTaskQueue } from '../sync/wire/workflow-names';
import { connectWorker } from '../temporal/connect-worker';
import { freeLeftActivities } from './free-left-activities';
import { hostConnectors } from './host-connectors';
import { identifyNamespace } from './identify-namespace';
import { keepHeartbeats, type KeptHeartbeats } from './keep-heartbeats';
import { listPollers } from './list-pollers';
import { registerSearchAttributes } from './register-search-attributes';
import { watchActivities } from './watch-activities';
import { watchWorker } from './watch-worker';
import { toDeploymentOptions, type WorkerDeployment } from './worker-deployment';
import { createIdentity } from './worker-identity';
import { workflowCode } from './workflow-code';

/** A worker that polls. */
export interface RunningWorker {
  /** Resolves when it has stopped; rejects when it had to. */
  readonly stopped: Promise<void>;
  /** Takes other settings for the syncs that begin from now on. Temporal's own take a restart. */
  readonly reload: (settings: Settings) => void;
  /** Lets running activities reach a checkpoint, then stops. */
  readonly stop: () => Promise<void>;
}

/** Milliseconds that activities get to end by themselves when the worker shuts down. */
const GRACE_MS = 10_000;
/** Data activities at a time: each holds a connection to PostgreSQL. */
const DATA_SLOTS = 8;

/** Rolling a changed file out over several workers must not take longer from one to the next. */
const PATIENCE_MS = 120_000;

/** Surroundings that a worker may have beside its settings. */
export interface WorkerSurroundings {
  /** Absolute path of the configuration file: tells people whose worker it is. */
  readonly file?: string | undefined;
  /**
   * Milliseconds for which work that the settings don't define is left to other workers.
   * @default 120_000
   */
  readonly patienceMs?: number | undefined;
  readonly deployment?: WorkerDeployment | undefined;
  /** Counts the worker's work, and says whether it is ready. */
  readonly monitoring?: Monitoring | undefined;
  readonly tracing?: Tracing | undefined;
}

/** Composes everything that executes syncs: two task queues, so that control never waits behind data. */
export async function startWorker(settings: Settings, surroundings: WorkerSurroundings = {}): Promise<RunningWorker> {
  const { monitoring, file } = surroundings;
  let current = settings;
  const connection = await connectWorker(settings.temporal);
  const registry = createConnectorRegistry(settings, monitoring?.meterOf);
  const identity = createIdentity(file);
  // Before anything that takes time: Temporal needs up to a second until what is freed can be polled.
  const takenOver = takeOverFromDead(connection, settings, identity);
  const namespaceId = await identifyNamespace(connection, settings.temporal);
  const heartbeats = keepHeartbeats(identity, (error) => {
    const message = 'Cannot keep heartbeats on this host: if the worker is killed, its last seconds are done again';
    Runtime.instance().logger.warn(message, { error });
  });
  const parts = { ...surroundings, connection, registry, identity, namespaceId, heartbeats };
  const { workers, shared } = await createWorkers(settings, parts);
  const watched = monitoring === undefined ? undefined : watchWorker(() => current, connection, workers);
  const running = Promise.all(workers.map((worker) => worker.run()));
  await takenOver;
  const host = await hostConnectors(settings, { connection, shared, namespaceId, file: file ?? '' });
  const stopped = Promise.race([running, host.failed])
    .then(() => undefined)
    .finally(async () => {
      monitoring?.drain();
      await host.stop();
      await watched?.close();
      await registry.close();
      heartbeats.close();
      await connection.close();
    });
  stopped.catch(() => undefined);
  if (watched !== undefined) monitoring?.watch(watched);
  return {
    stopped,
    reload: (next) => {
      current = next;
      registry.reload(next);
      void host.reload(next);
    },
    stop: async () => {
      monitoring?.drain();
      await host.stop();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped;
    },
  };
}

/** Without the permission to do so, what a dead worker left goes on when its heartbeats have timed out. */
async function takeOverFromDead(connection: NativeConnection, { temporal }: Settings, identity: string): Promise<void> {
  const { logger } = Runtime.instance();
  try {
    const dataConverter = createDataConverter(temporal.encryption);
    const activities = await freeLeftActivities(connection, { ...temporal, identity, dataConverter });
    if (activities > 0) logger.info('Goes on with the work of a worker that died on this host', { activities });
  } catch (error) {
    logger.warn('Cannot look for work that a dead worker left', { error });
  }
}

/** Options of both Temporal workers. */
type SharedOptions = Pick<
  WorkerOptions,
  | 'connection'
  | 'namespace'
  | 'identity'
  | 'activities'
  | 'dataConverter'
  | 'interceptors'
  | 'shutdownGraceTime'
  | 'maxHeartbeatThrottleInterval'
  | 'defaultHeartbeatThrottleInterval'
  | 'workerDeploymentOptions'
>;

interface WorkerParts extends WorkerSurroundings {
  readonly connection: NativeConnection;
  readonly registry: ConnectorRegistry;
  readonly identity: string;
  readonly namespaceId: string;
  readonly heartbeats: KeptHeartbeats;
}

async function createWorkers(settings: Settings, parts: WorkerParts) {
  const {
    connection,
    registry,
    identity,
    namespaceId,
    deployment,
    monitoring,
    tracing,
    patienceMs = PATIENCE_MS,
  } = parts;
  const { namespace, taskQueue, encryption, heartbeatMs } = settings.temporal;
  const searchAttributes = await registerSearchAttributes(connection, namespace);
  const listOthers = (queue: string) => listPollers(connection, namespace, queue);
  const self = { identity, namespaceId, patienceMs, listPollers: listOthers, keepHeartbeat: parts.heartbeats.keep };
  const activities = { ...createActivities(registry, searchAttributes, self) };
  const shared: SharedOptions = {
    connection,
    namespace,
    dataConverter: createDataConverter(encryption),
    identity,
    activities,
    interceptors: {
      activity: [
        ...(tracing === undefined ? [] : [tracing.activityInterceptors]),
        watchActivities((connectorId, type) => monitoring?.countFailure(connectorId, type)),
        () => ({ inbound: failureInterceptor }),
      ],
    },
    ...(tracing === undefined ? {} : { sinks: tracing.sinks }),
    shutdownGraceTime: GRACE_MS,
    maxHeartbeatThrottleInterval: heartbeatMs,
    defaultHeartbeatThrottleInterval: heartbeatMs,
    ...(deployment === undefined ? {} : { workerDeploymentOptions: toDeploymentOptions(deployment) }),
  };
  const code = workflowCode({ isTraced: tracing !== undefined, isEncrypted: encryption !== undefined });
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue, ...code }),
    Worker.create({ ...shared, taskQueue: dataTaskQueue(taskQueue), maxConcurrentActivityTaskExecutions: DATA_SLOTS }),
    Worker.create({
      ...shared,
      taskQueue: followTaskQueue(taskQueue),
      activities: createFollowActivities(registry, self),
      // A worker that is frozen gets a task for each that it asked for.
      maxConcurrentActivityTaskPolls: 1,
    }),
  ]);
  return { workers, shared };
}
