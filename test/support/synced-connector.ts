import { createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import { loadSettings } from '../../src/config/load-settings';
import type { Verification } from '../../src/verify/verification';
import { verifyConnector } from '../../src/verify/verify-connector';
import { type FinishedCommand, readJson, runCommand } from './command-line';
import { type ConnectorEntry, connectorEntry, uniqueTaskQueue, writeConfiguration } from './configuration-file';
import { connectElasticsearch, deleteIndices } from './elasticsearch';
import { createDatabase, type TestDatabase } from './postgres';
import { startWorkerProcess, stopCommand } from './worker-process';

/** What `pgferry sync --json` prints. */
export interface PrintedReport {
  readonly status: string;
  readonly indexed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly rejected: number;
  readonly relations: readonly {
    readonly relation: string;
    readonly read: number;
    readonly indexed: number;
    readonly unchanged: number;
    readonly deleted: number;
    readonly rejected: number;
  }[];
  readonly error?: { readonly type: string; readonly message: string; readonly remedy: string };
}

/** A connector over a database of its own, with a worker of its own. */
export interface SyncedConnector {
  readonly database: TestDatabase;
  readonly connector: ConnectorEntry;
  /** Runs a command over the connector's file. */
  readonly run: (...args: readonly string[]) => Promise<FinishedCommand>;
  readonly sync: (...args: readonly string[]) => Promise<PrintedReport>;
  /** What `pgferry verify` finds, without a process of its own. */
  readonly verify: () => Promise<Verification>;
  /** Gives the connector other settings from now on. */
  readonly reconfigure: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @param settings of the connector, beside where it reads and writes */
export async function createSyncedConnector(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<SyncedConnector> {
  const database = await createDatabase();
  const connector = connectorEntry(database, {}, settings);
  const temporal = { task_queue: uniqueTaskQueue() };
  let file = writeConfiguration({ connectors: [connector], temporal });
  let worker = await startWorkerProcess(file);
  const run = (...args: readonly string[]) => runCommand([...args, '-c', file]);
  return {
    database,
    connector,
    run,
    sync: async (...args) => readJson<PrintedReport>(await run('sync', '--json', ...args)),
    verify: () => verify(file, connector.connector_id),
    reconfigure: async (changed) => {
      await stopCommand(worker);
      file = writeConfiguration({ connectors: [{ ...connector, ...changed }], temporal });
      worker = await startWorkerProcess(file);
    },
    close: async () => {
      await stopCommand(worker);
      const client = connectElasticsearch();
      await deleteIndices(client, connector.index_name);
      await client.close();
      await database.drop();
    },
  };
}

async function verify(file: string, connectorId: string): Promise<Verification> {
  const { settings } = await loadSettings(file);
  const registry = createConnectorRegistry(settings);
  try {
    const signal = new AbortController().signal;
    return await verifyConnector(registry.open(connectorId), { limit: 100, signal });
  } finally {
    await registry.close();
  }
}
