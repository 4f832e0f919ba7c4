import { countDifferences } from '../../../src/verify/verification';
import { readJson, type RunningCommand } from '../../support/command-line';
import { type ConfiguredConnector, createConfiguredConnector } from '../../support/configured-connector';
import { connectElasticsearch, elasticsearchUrl } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { type ServerlessElasticsearch, startServerless } from '../../support/platforms/serverless-elasticsearch';
import { countDocuments } from '../../support/read-documents';
import { startSyncs } from '../../support/start-syncs';
import { story } from '../../support/story';
import type { PrintedReport } from '../../support/synced-connector';

const ROWS = 1_000;
/** A byte of Elasticsearch's takes -128 to 127. */
const DOCUMENTS = { mapping: { 'public.item.amount': { type: 'byte' } } };

let service: ServerlessElasticsearch;
let configured: ConfiguredConnector;
let worker: RunningCommand;

beforeEach(async () => {
  service = await startServerless(elasticsearchUrl());
  configured = await createConfiguredConnector({
    elasticsearch: { host: service.url },
    connector: { documents: DOCUMENTS },
  });
  await configured.database.sql(`
    create table item (id integer primary key, label text, amount integer);
    insert into item select n, 'label', 1 from generate_series(1, ${ROWS}) as n;
    insert into item values (0, 'no byte holds it', 1000)`);
});

afterEach(async () => {
  await configured.close();
  await service.close();
});

const sync = async (...args: readonly string[]) =>
  readJson<PrintedReport>(await configured.run('sync', '--json', ...args));

async function countVerified(): Promise<number> {
  const verified = await configured.ask('verify', '--json');
  expect({ code: verified.code, stderr: verified.stderr }).toMatchObject({ code: 0 });
  return countDocuments(configured.connector.index_name);
}

story('Elastic Cloud Serverless, by what it says of itself', {
  'is checked and planned': async () => {
    expect(await configured.ask('check')).toMatchObject({ code: 0 });
    expect(await configured.ask('plan')).toMatchObject({ code: 0 });
  },

  'takes a first sync, with its dead letters': async () => {
    worker = await configured.startWorker();
    expect(await sync('--full')).toMatchObject({ status: 'completed', indexed: ROWS, rejected: 1 });
    expect(await countVerified()).toBe(ROWS);
  },

  'takes changes and deletions': async () => {
    await configured.database.sql(
      `delete from item where id between 1 and 10; update item set label = 'x' where id = 11`,
    );
    expect(await sync('--incremental')).toMatchObject({ status: 'completed', indexed: 1, deleted: 10 });
    expect(await countVerified()).toBe(ROWS - 10);
  },

  'takes a rebuild whose worker is killed in the middle': async () => {
    const { fault } = service;
    let isHeld = false;
    service.fault = async (request) => {
      if (!request.url.includes('_bulk')) return fault(request);
      isHeld = true;
      return { status: 429 };
    };
    const rebuild = configured.start('sync', '--rebuild', '--json');
    await eventually('a bulk is held', () => isHeld);
    worker.child.kill('SIGKILL');
    await worker.finished;
    service.fault = fault;
    await configured.startWorker();
    expect(readJson(await rebuild.finished)).toMatchObject({ status: 'completed', indexed: ROWS - 10, rejected: 1 });
    expect(await countVerified()).toBe(ROWS - 10);
  },

  'keeps its refresh interval, and was asked for nothing that it keeps for itself': async () => {
    const client = connectElasticsearch();
    const found = await client.indices.getSettings({ index: configured.connector.index_name, flat_settings: true });
    await client.close();
    const [{ settings } = {}] = Object.values(found);
    expect(settings).not.toHaveProperty(['index.refresh_interval']);
    expect(service.refused.filter((name) => !name.startsWith('index.blocks.'))).toEqual([]);
  },
});

test('Elastic Cloud Serverless is known by what it refuses where the key may not ask it', async () => {
  const silent = await startServerless(elasticsearchUrl(), { tellsKind: false });
  const syncs = await startSyncs({
    connect: connectElasticsearch,
    settings: () => ({ host: silent.url, verifyCerts: true, requestTimeoutMs: 60_000 }),
  });
  const connector = syncs.connect(configured.database.url);
  expect(await connector.check()).toEqual([]);
  expect(await connector.sync()).toMatchObject({ indexed: ROWS + 1 });
  await configured.database.sql('delete from item where id = 1');
  expect(await connector.sync('incremental')).toMatchObject({ deleted: 1 });
  expect(await connector.sync('full', { rebuild: true })).toMatchObject({ indexed: ROWS });
  expect(countDifferences(await connector.verify())).toBe(0);
  expect(silent.refused).toContain('index.gc_deletes');
  await syncs.stop();
  await silent.close();
});
