import { type FinishedCommand, runCommand, runInProcess, type RunningCommand, startCommand } from './command-line';
import {
  type ConnectorEntry,
  connectorEntry,
  type FileContent,
  uniqueTaskQueue,
  writeConfiguration,
} from './configuration-file';
import { connectElasticsearch, deleteIndices } from './elasticsearch';
import { createDatabase, type TestDatabase } from './postgres';
import { startWorkerProcess, stopCommand } from './worker-process';

/** What the file says beside where the connector reads and writes. */
export interface Configured extends Pick<FileContent, 'elasticsearch' | 'monitoring' | 'temporal'> {
  /**
   * That the connector reads, and drops at its end.
   * @default a new one on the server of all tests
   */
  readonly database?: TestDatabase;
  /** Of the connector's source. */
  readonly source?: Readonly<Record<string, unknown>>;
  /** Of the connector. */
  readonly connector?: Readonly<Record<string, unknown>>;
}

/** A connector over a database of its own, in a file of its own, for commands and workers as users run them. */
export interface ConfiguredConnector {
  readonly database: TestDatabase;
  readonly connector: ConnectorEntry;
  readonly file: () => string;
  /** A worker that ends with the connector. */
  readonly startWorker: (...options: readonly string[]) => Promise<RunningCommand>;
  readonly start: (...args: readonly string[]) => RunningCommand;
  readonly run: (...args: readonly string[]) => Promise<FinishedCommand>;
  /** A command that executes no syncs, without a process of its own. */
  readonly ask: (...args: readonly string[]) => Promise<FinishedCommand>;
  /** Gives the connector other settings from now on; workers that run are stopped. */
  readonly reconfigure: (changed: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function createConfiguredConnector(configured: Configured = {}): Promise<ConfiguredConnector> {
  const database = configured.database ?? (await createDatabase());
  const connector = connectorEntry(database, configured.source, configured.connector);
  const { elasticsearch = {}, monitoring } = configured;
  const temporal = { task_queue: uniqueTaskQueue(), ...configured.temporal };
  const write = (entry: ConnectorEntry) =>
    writeConfiguration({
      connectors: [entry],
      elasticsearch,
      temporal,
      ...(monitoring === undefined ? {} : { monitoring }),
    });
  const workers: RunningCommand[] = [];
  const stopWorkers = () => Promise.all(workers.splice(0).map(stopCommand));
  let file = write(connector);
  return {
    database,
    connector,
    file: () => file,
    startWorker: async (...options) => {
      const worker = await startWorkerProcess(file, ...options);
      workers.push(worker);
      return worker;
    },
    start: (...args) => startCommand([...args, '-c', file]),
    run: (...args) => runCommand([...args, '-c', file]),
    ask: (...args) => runInProcess([...args, '-c', file]),
    reconfigure: async (changed) => {
      await stopWorkers();
      file = write({ ...connector, ...changed });
    },
    close: async () => {
      await stopWorkers();
      const client = connectElasticsearch();
      await deleteIndices(client, connector.index_name);
      await Promise.all([client.close(), database.drop()]);
    },
  };
}
