import { Client } from '@elastic/elasticsearch';

import type { LocalServer } from '../../../src/stack/processes/local-server';
import { startElasticsearch } from '../../../src/stack/servers/start-elasticsearch';
import type { FinishedCommand, RunningCommand } from '../../support/command-line';
import { type ConfiguredConnector, createConfiguredConnector } from '../../support/configured-connector';
import { eventually } from '../../support/eventually';
import { type FaultyProxy, startFaultyProxy } from '../../support/faulty-proxy';

// Blocks and limits of a whole cluster would be in the way of other tests: this node is their own.
let node: LocalServer;
let proxy: FaultyProxy;
let elasticsearch: Client;
let connector: ConfiguredConnector;
let index: string;

beforeAll(async () => {
  node = await startElasticsearch();
  proxy = await startFaultyProxy(node.url);
  elasticsearch = new Client({ node: node.url });
  connector = await createConfiguredConnector({ elasticsearch: { host: proxy.url } });
  index = connector.connector.index_name;
  await connector.database.sql(`
    create table item (id int primary key, v int);
    insert into item select i, 0 from generate_series(1, 20) as i`);
  await connector.startWorker();
});
afterAll(async () => {
  await connector.close();
  await Promise.all([elasticsearch.close(), proxy.close()]);
  await node.stop();
});

/** Runs a command, in whose output all of these are said while it runs or at its end. */
async function runToEnd(command: string, code: number, ...said: readonly RegExp[]): Promise<FinishedCommand> {
  const finished = await connector.ask(command);
  for (const words of said) expect(finished.stderr).toMatch(words);
  expect(finished.code).toBe(code);
  return finished;
}

async function says(command: RunningCommand, words: RegExp): Promise<void> {
  await eventually(`it says ${String(words)}: ${command.stderr()}`, () => words.test(command.stderr()));
}

/** Lets a sync meet an obstacle, hears of it, takes it away, and sees the sync go on by itself. */
async function waitsAloud(words: RegExp, takeAway: () => Promise<unknown>): Promise<void> {
  const sync = connector.start('sync');
  await says(sync, words);
  await takeAway();
  const { code, stderr } = await sync.finished;
  expect([code, stderr.match(/attempt \d+ failed/gu)?.length]).toEqual([0, 1]);
}

const setCluster = (name: string, value: unknown) =>
  elasticsearch.cluster.putSettings({ persistent: { [name]: value } });
const setIndex = (name: string, value: unknown) =>
  elasticsearch.indices.putSettings({ index, settings: { [name]: value } });

// Each test leaves the cluster as it found it, and the index synced.
beforeEach(async () => {
  if (!(await elasticsearch.indices.exists({ index }))) expect((await connector.run('sync')).code).toBe(0);
});

test('a cluster that takes no more shards: check and plan count them, and a sync waits for room', async () => {
  await elasticsearch.indices.delete({ index: Object.keys(await elasticsearch.indices.get({ index })) });
  await setCluster('cluster.max_shards_per_node', 1);
  const full = /no room for the index that .* needs: 2 shards, with \d+ of 1 in use \(cluster\.max_shards_per_node\)/u;
  await runToEnd('check', 1, full, /\(ClusterFull\)/u, /→ Delete indices, add nodes, or raise/u);
  await runToEnd('plan', 1, /In the way of a sync\n/u, full);
  await waitsAloud(
    /prepareIndex: attempt 2 failed: .*maximum normal shards open.*\(ClusterFull\) → Delete indices/u,
    () => setCluster('cluster.max_shards_per_node', null),
  );
});

test.each([
  ['an index blocked for writing', 'index.blocks.write', /index write/u],
  ['an index that is read-only', 'index.blocks.read_only', /index read-only/u],
])('%s: check names the block, and a sync waits for its end', async (_, block, called) => {
  await connector.database.sql('update item set v = v + 1');
  await setIndex(block, true);
  const { stderr } = await runToEnd('check', 1, called, /\(DestinationBlocked\)/u);
  expect(stderr).toContain(`→ Take the block off: PUT /${index}-`);
  expect(stderr).toContain(`/_settings {"${block}":null}`);
  await waitsAloud(/attempt 2 failed: Elasticsearch blocks .*\(DestinationBlocked\) → Take the block off/u, () =>
    setIndex(block, null),
  );
});

test('a cluster that is read-only: check names the block, and a sync waits for its end', async () => {
  await connector.database.sql('update item set v = v + 1');
  await setCluster('cluster.blocks.read_only', true);
  await runToEnd(
    'check',
    1,
    /cluster read-only/u,
    /→ Take the block off: PUT \/_cluster\/settings .*cluster\.blocks\.read_only/u,
  );
  await waitsAloud(/attempt 2 failed: Elasticsearch blocks .*cluster read-only.*\(DestinationBlocked\)/u, () =>
    setCluster('cluster.blocks.read_only', null),
  );
});

test('answers to writes that can’t be read: check says so before a sync', async () => {
  proxy.fault = ({ url }) =>
    url.includes('/_bulk') ? { status: 200, body: '\u001f\u008b compressed unasked' } : undefined;
  await runToEnd('check', 1, /answer is damaged, writing to .*\(DestinationUnavailable\)/u, /→ See whether a proxy/u);
  proxy.fault = () => undefined;
});

test('an index that is closed ends check and sync at once', async () => {
  await elasticsearch.indices.close({ index });
  const closed = /The index .* is closed\. \(IndexClosed\)/u;
  await runToEnd('check', 1, closed, /→ Open it: POST \/.*\/_open/u);
  const started = performance.now();
  const { code, stderr } = await connector.run('sync');
  expect(code).toBe(1);
  expect(stderr).toMatch(/is closed.*\(IndexClosed\)\s+→ Open it: POST \//u);
  expect(stderr).not.toMatch(/attempt \d+ failed/u);
  expect(performance.now() - started).toBeLessThan(20_000);
  await elasticsearch.indices.open({ index });
});

test('an index that is closed while it is written ends the sync at once', async () => {
  await connector.database.sql('update item set v = v + 1');
  let isClosed = false;
  proxy.fault = async ({ url }) => {
    if (url.includes('/_bulk') && !isClosed) {
      isClosed = true;
      await elasticsearch.indices.close({ index });
    }
    return undefined;
  };
  const { code, stderr } = await connector.run('sync');
  expect(code).toBe(1);
  expect(stderr).toMatch(/index_closed_exception.*\(IndexClosed\)/u);
  proxy.fault = () => undefined;
  await elasticsearch.indices.open({ index });
  expect((await connector.run('sync')).code).toBe(0);
});
