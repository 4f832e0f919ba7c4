import { BLOCKS_PER_CHUNK } from '../../src/activities/copy/cut-chunks';
import { readJson } from './command-line';
import { type ConfiguredConnector, createConfiguredConnector } from './configured-connector';
import { connectElasticsearch, elasticsearchUrl } from './elasticsearch';
import { eventually } from './eventually';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy';

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
export interface HeldConnector extends Pick<
  ConfiguredConnector,
  'database' | 'connector' | 'startWorker' | 'start' | 'run' | 'ask' | 'close'
> {
  readonly file: string;
  /** Rows of its one table. */
  readonly rows: number;
  hold: () => void;
  release: () => void;
  readonly show: () => Promise<ShownJob>;
  /** Waits until the first chunk is acknowledged and the second is not. */
  readonly untilHeld: () => Promise<void>;
  /** Settings of the index that only make sense while a sync runs; empty afterwards. */
  readonly loadingSettings: () => Promise<readonly unknown[]>;
  /** Documents that Elasticsearch was sent and has written, each time they were. */
  readonly writes: () => Promise<number | undefined>;
}

const ROWS = 6_000;

/** @param temporal - what the configuration says of Temporal, beside its task queue */
export async function createHeldConnector(temporal: Readonly<Record<string, unknown>> = {}): Promise<HeldConnector> {
  const proxy = await startFaultyProxy(elasticsearchUrl());
  const elasticsearch = { host: proxy.url };
  const configured = await createConfiguredConnector({ source: { tables: 'item' }, elasticsearch, temporal });
  const { database, connector, ask } = configured;
  // Two rows a block: several chunks in a small table. Those behind the first chunk are the late ones.
  await database.sql(`
    create table item (id int primary key, label text, filler text) with (fillfactor = 10);
    alter table item alter filler set storage plain;
    insert into item select n, case when n > ${BLOCKS_PER_CHUNK.everything * 2} then 'late' else 'early' end, repeat('x', 350)
      from generate_series(1, ${ROWS}) n;
    analyze item`);
  const client = connectElasticsearch();
  const show = async () => readJson<ShownJob>(await ask('jobs', 'show', '--json'));
  return {
    ...{ ...configured, file: configured.file(), rows: ROWS, show, ...holding(proxy) },
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
      await configured.close();
      await Promise.all([client.close(), proxy.close()]);
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
