import { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';

import type { Settings } from '../config/settings/settings';
import { createStatusSource } from '../connector-status/status-source';
import { connectElasticsearch } from '../elasticsearch/connection/connect-elasticsearch';
import { isReachable } from '../elasticsearch/connection/is-reachable';
import { listJobs } from '../jobs/list-jobs';
import type { WatchedWorker } from '../monitoring/start-monitoring';
import { createDataConverter } from '../payloads/data-converter';

/** A worker as `/readyz` and the metrics see it; `close` it with the worker. */
export interface WatchableWorker extends WatchedWorker {
  readonly close: () => Promise<void>;
}

/**
 * Ready is a worker that polls and whose Temporal and Elasticsearch answer: without them it can do nothing. A connector's
 * PostgreSQL is no condition: one that is away stops its own syncs, which say so, and no others.
 * @param settings - the worker's, as they are by now
 */
export function watchWorker(
  settings: () => Settings,
  connection: NativeConnection,
  workers: readonly Worker[],
): WatchableWorker {
  const { namespace, taskQueue, encryption } = settings().temporal;
  const client = new Client({ connection, namespace, dataConverter: createDataConverter(encryption) });
  const elasticsearch = connectElasticsearch(settings().elasticsearch);
  return {
    checks: {
      worker: () => demand(workers.every((worker) => worker.getState() === 'RUNNING')),
      temporal: async () => {
        await connection.workflowService.getSystemInfo({});
      },
      elasticsearch: async () => demand(await isReachable(elasticsearch, 0)),
    },
    readLastSync: async (connectorId) => {
      const [job] = await listJobs(client, { taskQueue, connectorId, status: 'completed', limit: 1 });
      return job?.closedAt;
    },
    status: createStatusSource({ temporal: client, elasticsearch, settings }),
    close: () => elasticsearch.close(),
  };
}

function demand(holds: boolean): Promise<void> {
  return holds ? Promise.resolve() : Promise.reject(new Error('not so'));
}
