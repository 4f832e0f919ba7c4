import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { createDataConverter } from '../../src/payloads/data-converter';
import type { SyncInput } from '../../src/sync/job';
import type { SyncReport } from '../../src/sync/report';
import { temporalAddress } from './temporal-address';

/** A Temporal client and worker for one test file, on a task queue of its own. */
export interface TestWorker {
  readonly client: Client;
  readonly taskQueue: string;
  readonly start: (
    input: SyncInput,
    workflowId?: string,
  ) => Promise<WorkflowHandleWithFirstExecutionRunId<(input: SyncInput) => Promise<SyncReport>>>;
  readonly stop: () => Promise<void>;
}

let bundle: Promise<WorkflowBundle> | undefined;

/** The workflow code as workers load it; built once a test file. */
export function workflowBundle(): Promise<WorkflowBundle> {
  const logger = new DefaultLogger('ERROR');
  bundle ??= bundleWorkflowCode({ workflowsPath: require.resolve('../../src/workflows/index.ts'), logger });
  return bundle;
}

/**
 * Runs the real workflows over the activities, or typed fakes of them.
 *
 * @param address - of a server of the test's own
 */
export async function startTestWorker(activities: SyncActivities, address = temporalAddress()): Promise<TestWorker> {
  quietRuntime();
  const taskQueue = `test-${randomUUID()}`;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const client = new Client({ connection, dataConverter: createDataConverter() });
  const shared = {
    connection: native,
    namespace: 'default',
    dataConverter: createDataConverter(),
    maxHeartbeatThrottleInterval: '100ms',
  } as const;
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue, activities: { ...activities }, workflowBundle: await workflowBundle() }),
    Worker.create({ ...shared, taskQueue: `${taskQueue}-data`, activities: { ...activities } }),
  ]);
  const running = workers.map((worker) => worker.run());
  return {
    client,
    taskQueue,
    start: (input, workflowId = `sync-${input.connectorId}`) =>
      client.workflow.start<(input: SyncInput) => Promise<SyncReport>>('syncConnector', {
        args: [input],
        taskQueue,
        workflowId,
      }),
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await Promise.all([connection.close(), native.close()]);
    },
  };
}

let isQuiet = false;
/** Lets Temporal's SDK say no more than what is wrong. */
export function quietRuntime(): void {
  if (isQuiet) return;
  const logger = new DefaultLogger('ERROR', ({ message, meta }) => {
    // Syncs that fail are what some tests are about.
    if (meta?.['failure'] === undefined) process.stderr.write(`${message} ${JSON.stringify(meta)}\n`);
  });
  Runtime.install({ logger });
  isQuiet = true;
}
