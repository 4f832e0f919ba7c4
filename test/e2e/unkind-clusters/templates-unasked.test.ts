import { checkConnector } from '../../../src/activities/check/check-connector';
import type { ConnectorCheck } from '../../../src/activities/check/connector-check';
import { createConnectorRegistry } from '../../../src/activities/connector/connector-registry';
import { loadSettings } from '../../../src/config/load-settings';
import type { ElasticsearchSettings } from '../../../src/config/settings/settings';
import { connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { uniqueIndex } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import {
  documentedPrivileges,
  type SecuredElasticsearch,
  startSecuredElasticsearch,
} from '../../support/secured-elasticsearch';
import { startSyncs, type Syncs } from '../../support/start-syncs';
import { putTemplate, UNFIT_TEMPLATES } from '../../support/unfit-templates';

let node: SecuredElasticsearch;
let admin: ReturnType<SecuredElasticsearch['connect']>;
let database: TestDatabase;
let syncs: Syncs;
let credentials: ElasticsearchSettings;
let index: string;

beforeAll(async () => {
  [node, database] = await Promise.all([startSecuredElasticsearch(), createDatabase()]);
  admin = node.connect();
  syncs = await startSyncs({ connect: node.connect, settings: () => credentials });
  await database.sql(`
    create table item (id int primary key);
    insert into item select generate_series(1, 12);`);
});
beforeEach(async () => {
  index = uniqueIndex('search');
  credentials = (await node.createKey(documentedPrivileges(index))).settings;
});
afterAll(async () => {
  await syncs.stop();
  await Promise.all([database.drop(), admin.close()]);
  await node.stop();
});

async function check(settings: ElasticsearchSettings): Promise<ConnectorCheck> {
  const connector = connectorEntry(database, {}, { index_name: index });
  const loaded = await loadSettings(writeConfiguration({ connectors: [connector] }));
  const registry = createConnectorRegistry({ ...loaded.settings, elasticsearch: settings });
  try {
    return await checkConnector(await registry.open(connector.connector_id));
  } finally {
    await registry.close();
  }
}

/** All that is left of an index and what is beside it. */
async function listLeft(): Promise<string[]> {
  return Object.keys(await admin.indices.get({ index: `${index}*`, expand_wildcards: 'all' }));
}

const sync = () => syncs.connect(database.url, { index }).sync();

describe('with exactly the documented key, which may not ask for templates, one that', () => {
  test.each(Object.entries(UNFIT_TEMPLATES))(
    '%s is met by the sync: the index is removed before its first document',
    async (_, { template, type, says }) => {
      await putTemplate(admin, index, template);
      await expect(sync()).rejects.toMatchObject({ type, message: expect.stringMatching(says) as string });
      expect(await listLeft()).toEqual([]);
      await admin.indices.deleteIndexTemplate({ name: index });
    },
  );

  test('is of the old kind, for which nobody is asked, too; mended, the sync works', async () => {
    await admin.indices.putTemplate({ name: index, index_patterns: [`${index}*`], settings: { 'blocks.write': true } });
    const message = expect.stringMatching(/index\.blocks\.write.* The new index was removed again/u) as string;
    await expect(sync()).rejects.toMatchObject({ type: 'InvalidConfig', message });
    expect(await listLeft()).toEqual([]);
    await admin.indices.deleteTemplate({ name: index });
    expect(await sync()).toMatchObject({ indexed: 12 });
  });
});

test('check says in one note what it could not ask, and goes on', async () => {
  const { problems, notes } = await check(credentials);
  expect(problems).toEqual([]);
  expect(notes).toEqual([expect.stringMatching(/\(manage_index_templates\)\. A sync finds out/u) as string]);
  const { settings } = await node.createKey(documentedPrivileges(index), []);
  const both = /\(manage_index_templates\) and how many shards it has room for \(monitor\)\. A sync finds out/u;
  expect((await check(settings)).notes).toEqual([expect.stringMatching(both) as string]);
});

test('a pipeline that is gone is found in an index that is there, although its definition can’t be read', async () => {
  await sync();
  await admin.indices.putSettings({ index, settings: { 'index.default_pipeline': 'gone' } });
  const { problems } = await check(credentials);
  expect(problems).toMatchObject([{ type: 'InvalidConfig', message: 'The ingest pipeline "gone" does not exist.' }]);
  expect((await admin.count({ index })).count).toBe(12);
});
