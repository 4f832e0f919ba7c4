import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';

import { createDataConverter } from '../../src/payloads/data-converter';
import { quietRuntime } from './temporal';
import { temporalAddress } from './temporal-address';

/** Many syncs of a real Temporal, as cheap as they can be: each is a workflow of one task. */
export interface QuickSyncs {
  readonly client: Client;
  readonly taskQueue: string;
  /** Runs a sync to its end. */
  readonly run: (connectorId: string, fails?: boolean) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startQuickSyncs(address = temporalAddress()): Promise<QuickSyncs> {
  quietRuntime();
  const taskQueue = `quick-${randomUUID()}`;
  const [connection, native] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const client = new Client({ connection, dataConverter: createDataConverter() });
  const worker = await Worker.create({
    ...{ connection: native, namespace: 'default', taskQueue, dataConverter: createDataConverter() },
    workflowsPath: require.resolve('./quick-sync-workflow.ts'),
    maxCachedWorkflows: 50,
  });
  const running = worker.run();
  return {
    client,
    taskQueue,
    run: async (connectorId, fails = false) => {
      await client.workflow
        .execute('syncConnector', {
          args: [{ index: `search-${connectorId}`, fails }],
          taskQueue,
          workflowId: `sync-${connectorId}`,
        })
        .catch((error: unknown) => {
          if (!fails) throw error;
        });
    },
    close: async () => {
      worker.shutdown();
      await running;
      await Promise.all([connection.close(), native.close()]);
    },
  };
}
