import { NO_METER } from '../../src/activities/connector/connector-meter';
import { createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { createActivities } from '../../src/activities/create-activities';
import { connectElasticsearch, deleteIndices, elasticsearchUrl, uniqueIndex } from '../support/elasticsearch';
import { startFaultyProxy } from '../support/faulty-proxy';
import { parse } from '../support/parse-configuration';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { startTestWorker } from '../support/temporal';

const elasticsearch = connectElasticsearch();
let database: TestDatabase;
let base: string;

beforeEach(async () => {
  database = await createDatabase();
  await database.sql('create table a (id int primary key); create table b (id int primary key)');
  base = uniqueIndex('steps');
});
afterEach(async () => {
  await database.drop();
  await deleteIndices(elasticsearch, base);
});
afterAll(() => elasticsearch.close());

/** A worker whose syncs tell how often the connector's metrics have heard of a success. */
async function startSyncs(elasticsearchHost: string, replace: (activities: SyncActivities) => SyncActivities) {
  const { hostname: host, port, username, password, pathname } = new URL(database.url);
  const server = { host, port: Number(port), username, password, database: pathname.slice(1), ssl_enabled: false };
  const entry = { connector_id: base, index_name: `${base}-{table}`, configuration: server };
  const { settings } = parse(JSON.stringify({ elasticsearch: { host: elasticsearchHost }, connectors: [entry] }));
  let successes = 0;
  const registry = createConnectorRegistry(settings, () => ({ ...NO_METER, synced: () => (successes += 1) }));
  const worker = await startTestWorker(replace(createActivities(registry)));
  return {
    sync: async (jobType: 'full' | 'incremental') =>
      (await worker.start({ connectorId: base, jobType })).result().then(
        () => successes,
        () => `failed after ${successes}`,
      ),
    stop: async () => {
      await worker.stop();
      await registry.close();
    },
  };
}

test('a sync of many indices counts as successful once, and only when each is in step', async () => {
  const { sync, stop } = await startSyncs(elasticsearchUrl(), (activities) => activities);
  try {
    expect(await sync('full')).toBe(1);
    expect(await sync('incremental')).toBe(2);
    await database.sql('insert into a values (1); insert into b values (1)');
    await elasticsearch.indices.close({ index: `${base}-b` });
    expect(await sync('incremental')).toBe('failed after 2');
    await elasticsearch.indices.open({ index: `${base}-b` });
    expect(await sync('incremental')).toBe(3);
  } finally {
    await stop();
  }
});

test.each(['full', 'incremental'] as const)('an outage in the midst of a sync fails no index: %s', async (jobType) => {
  const proxy = await startFaultyProxy(elasticsearchUrl());
  let tries = 0;
  /** Down when an index's sync begins, for more tries than the first step of a sync has. */
  const goDown = <Input extends { readonly index?: string }, Result>(begin: (input: Input) => Promise<Result>) => {
    return (input: Input) => {
      if (input.index !== undefined) tries += 1;
      proxy.fault = () => (tries > 0 && tries <= 4 ? { status: 503 } : undefined);
      return begin(input);
    };
  };
  const { sync, stop } = await startSyncs(proxy.url, (activities) => ({
    ...activities,
    validateConnector: goDown((input) => activities.validateConnector(input)),
    lookForChanges: goDown((input) => activities.lookForChanges(input)),
  }));
  try {
    expect(await sync(jobType)).toBe(1);
    expect(tries).toBeGreaterThan(4);
  } finally {
    await stop();
    await proxy.close();
  }
});
