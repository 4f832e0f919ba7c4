import { BLOCKS_PER_CHUNK } from '../../src/activities/copy/cut-chunks';
import {
  type FinishedCommand,
  readJson,
  runCommand,
  runInProcess,
  type RunningCommand,
  startCommand,
} from './command-line';
import { type ConnectorEntry, connectorEntry, uniqueTaskQueue, writeConfiguration } from './configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from './elasticsearch';
import { eventually } from './eventually';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy';
import { createDatabase, type TestDatabase } from './postgres';
import { startWorkerProcess, stopCommand } from './worker-process';

/** What `pgferry jobs show --json` prints. */
export interface ShownJob {
  readonly status: string;
  readonly phase: string | null;
  readonly paused: boolean;
  readonly relations: readonly {
    readonly relation: string;
    readonly read: number;
    readonly indexed: number;
    readonly rate: number;
  }[];
  readonly pending: readonly {
    readonly activity: string;
    readonly attempt: number;
    readonly checkpoint?: { readonly block: number };
    readonly last_failure?: string;
  }[];
  readonly error?: { readonly type: string; readonly remedy: string };
}

/** A connector whose copy stops after its first chunk for as long as it is held: Elasticsearch has no room for the rest. */
export interface HeldConnector {
  readonly database: TestDatabase;
  readonly connector: ConnectorEntry;
  readonly file: string;
  /** Rows of its one table. */
  readonly rows: number;
  hold: () => void;
  release: () => void;
  /** A worker that ends with the connector. */
  readonly startWorker: (...options: readonly string[]) => Promise<RunningCommand>;
  readonly start: (...args: readonly string[]) => RunningCommand;
  readonly run: (...args: readonly string[]) => Promise<FinishedCommand>;
  /** A command that only talks with Temporal, without a process of its own. */
  readonly ask: (...args: readonly string[]) => Promise<FinishedCommand>;
  readonly show: () => Promise<ShownJob>;
  /** Waits until the first chunk is acknowledged and the second is not. */
  readonly untilHeld: () => Promise<void>;
  /** Settings of the index that only make sense while a sync runs; empty afterwards. */
  readonly loadingSettings: () => Promise<readonly unknown[]>;
  /** Documents that Elasticsearch was sent and has written, each time they were. */
  readonly writes: () => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

const ROWS = 6_000;

/** @param temporal what the configuration says of Temporal, beside its task queue */
export async function createHeldConnector(temporal: Readonly<Record<string, unknown>> = {}): Promise<HeldConnector> {
  const [database, proxy] = await Promise.all([createDatabase(), startFaultyProxy(elasticsearchUrl())]);
  // Two rows a block: several chunks in a small table. Those behind the first chunk are the late ones.
  await database.sql(`
    create table item (id int primary key, label text, filler text) with (fillfactor = 10);
    alter table item alter filler set storage plain;
    insert into item select n, case when n > ${BLOCKS_PER_CHUNK.everything * 2} then 'late' else 'early' end, repeat('x', 350)
      from generate_series(1, ${ROWS}) n;
    analyze item`);
  const connector = connectorEntry(database, { tables: 'item' });
  const file = writeConfiguration({
    connectors: [connector],
    elasticsearch: { host: proxy.url },
    temporal: { task_queue: uniqueTaskQueue(), ...temporal },
  });
  const workers: RunningCommand[] = [];
  const client = connectElasticsearch();
  const run = (...args: readonly string[]) => runCommand([...args, '-c', file]);
  const ask = (...args: readonly string[]) => runInProcess([...args, '-c', file]);
  const show = async () => readJson<ShownJob>(await ask('jobs', 'show', '--json'));
  return {
    ...{ database, connector, file, rows: ROWS, run, ask, show, ...holding(proxy) },
    startWorker: async (...options) => {
      const worker = await startWorkerProcess(file, ...options);
      workers.push(worker);
      return worker;
    },
    start: (...args) => startCommand([...args, '-c', file]),
    untilHeld: () =>
      eventually('the first chunk is acknowledged', async () => {
        // Before the job is there, the document is an error.
        const { pending = [] } = (await show()) as Partial<ShownJob>;
        return pending.some(({ checkpoint }) => (checkpoint?.block ?? 0) >= BLOCKS_PER_CHUNK.everything);
      }),
    loadingSettings: async () => {
      const indices = await client.indices.getSettings({ index: `${connector.index_name}*`, flat_settings: true });
      return Object.values(indices).flatMap(({ settings }) => {
        const interval = (settings as Record<string, unknown>)['index.refresh_interval'];
        return interval === undefined ? [] : [interval];
      });
    },
    writes: async () => {
      const { _all: all } = await client.indices.stats({ index: connector.index_name, metric: 'indexing' });
      return all.primaries?.indexing?.index_total;
    },
    close: async () => {
      await Promise.all(workers.map(stopCommand));
      await deleteIndices(client, connector.index_name);
      await Promise.all([client.close(), proxy.close(), database.drop()]);
    },
  };
}

function holding(proxy: FaultyProxy) {
  const hold = () => {
    proxy.fault = ({ url, body }) => (url.includes('_bulk') && body.includes('"late"') ? { status: 429 } : undefined);
  };
  hold();
  return {
    hold,
    release: () => {
      proxy.fault = () => undefined;
    },
  };
}
