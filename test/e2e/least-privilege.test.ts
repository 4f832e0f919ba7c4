import { setTimeout as delay } from 'node:timers/promises';

import { checkConnector } from '../../src/activities/check/check-connector';
import { findOverrideWarnings } from '../../src/activities/check/check-overrides';
import type { ConnectorProblem } from '../../src/activities/check/collect-problems';
import { createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import { loadSettings } from '../../src/config/load-settings';
import type { ConnectorSettings, DocumentSettings, ElasticsearchSettings } from '../../src/config/settings/settings';
import { connectElasticsearch } from '../../src/elasticsearch/connection/connect-elasticsearch';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { uniqueIndex } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import {
  documentedPrivileges,
  type IndexPrivileges,
  type SecuredElasticsearch,
  startSecuredElasticsearch,
} from '../support/secured-elasticsearch';
import { type HookedConnector, startSyncs, type SyncHooks, type Syncs } from '../support/start-syncs';

const DOCUMENTS: DocumentSettings = {
  fieldNames: 'prefixed',
  json: 'flattened',
  excludeColumns: [],
  mapping: { 'public.item.amount': { type: 'byte' } },
  idColumns: {},
  rowSecurity: 'refused',
};

let node: SecuredElasticsearch;
let database: TestDatabase;
let syncs: Syncs;
let credentials: ElasticsearchSettings;

beforeAll(async () => {
  [node, database] = await Promise.all([startSecuredElasticsearch(), createDatabase()]);
  syncs = await startSyncs({ connect: node.connect, settings: () => credentials });
});

// The next test may count on all rows.
beforeEach(async () => {
  await database.sql(`
    drop table if exists item;
    create table item (id integer primary key, label text, amount integer) with (fillfactor = 10);
    alter table item alter label set storage plain;
    insert into item select n, repeat('x', 350), n from generate_series(1, 12) as n;
    insert into item values (13, 'rejected: no byte holds it', 1000);`);
});

afterAll(async () => {
  await syncs.stop();
  await database.drop();
  await node.stop();
});

function connect(index: string): HookedConnector {
  return syncs.connect(database.url, { index, documents: DOCUMENTS });
}

async function countDocuments({ elasticsearch, index }: HookedConnector): Promise<number> {
  await elasticsearch.indices.refresh({ index });
  return (await elasticsearch.count({ index })).count;
}

/** What a node with security of its own gives to those who know it, by the name of the way. */
const WAYS: Readonly<
  Record<string, { index: string; credentials: (index: string) => Promise<Partial<ElasticsearchSettings>> }>
> = {
  'an API key with the documented privileges': {
    index: uniqueIndex('search'),
    credentials: async (index) => (await node.createKey(documentedPrivileges(index))).settings,
  },
  'an API key without the cluster privilege monitor': {
    index: uniqueIndex('search'),
    credentials: async (index) => (await node.createKey(documentedPrivileges(index), [])).settings,
  },
  'an API key as the reference of Elastic’s connectors has it': {
    index: uniqueIndex('search'),
    credentials: async (index) => {
      const names = [index, `.search-acl-filter-${index}`, '.elastic-connectors*', `${index}-*`];
      return (await node.createKey([{ names, privileges: ['all'] }], ['monitor', 'manage_connector'])).settings;
    },
  },
  'user name and password': {
    index: uniqueIndex('search'),
    credentials: async (index) => {
      const admin = node.connect();
      const indices = documentedPrivileges(index).map(({ names, privileges }) => ({
        names: [...names],
        privileges: [...privileges],
      }));
      await admin.security.putRole({ name: 'writer', cluster: ['monitor'], indices });
      await admin.security.putUser({ username: 'writer', password: 'of the writer', roles: ['writer'] });
      await admin.close();
      return { username: 'writer', password: 'of the writer' };
    },
  },
  'a service token': {
    // The account has a fixed role: this is an index that it may write.
    index: uniqueIndex('risk-score.risk'),
    credentials: async () => {
      const admin = node.connect();
      const account = { namespace: 'elastic', service: 'kibana', name: uniqueIndex('token') };
      const { token } = await admin.security.createServiceToken(account);
      await admin.close();
      return { serviceToken: token.value };
    },
  },
};

test.each(Object.entries(WAYS))('%s is all that syncs of every kind need', async (_, way) => {
  credentials = node.settings(await way.credentials(way.index));
  const connector = connect(way.index);
  expect(await connector.sync()).toMatchObject({ indexed: 12, rejected: 1 });
  await database.sql(`delete from item where id <= 4; update item set label = 'changed' where id = 8`);
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 1, deleted: 4 });
  expect(await connector.sync('full', { rebuild: true })).toMatchObject({ indexed: 8, rejected: 1 });
  expect(await countDocuments(connector)).toBe(8);
});

async function check(
  settings: ElasticsearchSettings,
  index: string,
  others: Readonly<Record<string, unknown>> = {},
): Promise<readonly ConnectorProblem[]> {
  const connector = connectorEntry(database, {}, { index_name: index, ...others });
  const loaded = await loadSettings(writeConfiguration({ connectors: [connector] }));
  const registry = createConnectorRegistry({ ...loaded.settings, elasticsearch: settings });
  try {
    return (await checkConnector(await registry.open(connector.connector_id))).problems;
  } finally {
    await registry.close();
  }
}

test('without manage_index_templates a rebuild keeps what people set, and takes up what templates say now', async () => {
  const index = uniqueIndex('search');
  const admin = node.connect();
  const putTemplate = (settings: Readonly<Record<string, unknown>>) =>
    admin.indices.putIndexTemplate({
      name: index,
      index_patterns: [`${index}*`],
      priority: 500,
      template: { settings },
    });
  await putTemplate({ 'index.refresh_interval': '5s' });
  credentials = (await node.createKey(documentedPrivileges(index))).settings;
  const connector = connect(index);
  await connector.sync();
  await admin.indices.putSettings({ index, settings: { 'index.max_result_window': 20_000 } });
  await putTemplate({ 'index.refresh_interval': '6s' });
  await connector.sync('full', { rebuild: true });
  const [{ settings } = {}] = Object.values(await admin.indices.getSettings({ index, flat_settings: true }));
  expect(settings).toMatchObject({ 'index.refresh_interval': '6s', 'index.max_result_window': '20000' });
  await admin.indices.deleteIndexTemplate({ name: index });
  await admin.close();
});

test('check asks the cluster about overrides with the documented privileges; without them it says that it did not', async () => {
  const index = uniqueIndex('search');
  const { settings } = await node.createKey(documentedPrivileges(index));
  const mapping = { 'public.item.amount': { type: 'byte' }, 'public.item.label': { type: 'no_such_type' } };
  expect(await check(settings, index, { documents: { mapping } })).toMatchObject([
    { type: 'InvalidConfig', message: expect.stringContaining('mapper type [no_such_type]') as string },
  ]);
  const reader = await node.createKey([{ names: [`${index}*`], privileges: ['read'] }]);
  const elasticsearch = connectElasticsearch(reader.settings);
  const connector = {
    elasticsearch,
    settings: { indexName: index, documents: { mapping } } as unknown as ConnectorSettings,
  };
  expect(await findOverrideWarnings(connector)).toMatchObject([
    { message: expect.stringContaining('HTTP 403') as string, remedy: expect.stringContaining('write') as string },
  ]);
  await elasticsearch.close();
});

const SHOP = 'search-shop';
const ALL = ['read', 'write', 'manage'];

test.each([
  { lacking: 'read on the index', index: ['write', 'manage'], beside: ALL, says: 'read on search-shop.' },
  { lacking: 'write on the index', index: ['read', 'manage'], beside: ALL, says: 'write on search-shop.' },
  { lacking: 'manage on the index', index: ['read', 'write'], beside: ALL, says: 'manage on search-shop.' },
  { lacking: 'read beside it', index: ALL, beside: ['write', 'manage'], says: 'read on search-shop-*.' },
  { lacking: 'write beside it', index: ALL, beside: ['read', 'manage'], says: 'write on search-shop-*.' },
  { lacking: 'manage beside it', index: ALL, beside: ['read', 'write'], says: 'manage on search-shop-*.' },
  {
    lacking: 'several',
    index: ['read'],
    beside: ['monitor'],
    says: 'write and manage on search-shop, read and write and manage on search-shop-*.',
  },
])('an API key without $lacking is told exactly that, and what to add', async ({ index, beside, says }) => {
  const has = [
    { names: [SHOP], privileges: index },
    { names: [`${SHOP}-*`], privileges: beside },
  ];
  const key = await node.createKey(has);
  const [problem, ...others] = await check(key.settings, SHOP);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({
    type: 'DestinationPermission',
    message: `Elasticsearch: the credentials lack the index privileges ${says}`,
  });
  const { indices } = JSON.parse(`{${/"indices": .*$/u.exec(problem?.remedy ?? '')?.[0] ?? ''}}`) as {
    indices: IndexPrivileges;
  };
  await key.change([...has, ...indices]);
  expect(await check(key.settings, SHOP)).toEqual([]);
});

describe('credentials that Elasticsearch refuses', () => {
  test.each<[string, string, () => Promise<ElasticsearchSettings>]>([
    [
      'an API key that was revoked',
      'the API key was revoked',
      async () => {
        const key = await node.createKey(documentedPrivileges(SHOP));
        await key.revoke();
        return key.settings;
      },
    ],
    [
      'an API key that has expired',
      'the API key has expired',
      async () => {
        const key = await node.createKey(documentedPrivileges(SHOP), [], '1ms');
        await delay(50);
        return key.settings;
      },
    ],
    ['a wrong password', '401', () => Promise.resolve(node.settings({ username: 'elastic', password: 'wrong' }))],
    [
      'a service token that nobody made',
      '401',
      () => Promise.resolve(node.settings({ serviceToken: 'AAEAAWVsYXN0aWM' })),
    ],
    ['no credentials', '401', () => Promise.resolve(node.settings({}))],
  ])('%s ends a sync at once, with the remedy', async (_, says, refused) => {
    credentials = await refused();
    const connector = connect(SHOP);
    let attempts = 0;
    connector.hook({
      before: {
        validateConnector: () => {
          attempts += 1;
          return Promise.resolve();
        },
      },
    });
    await expect(connector.sync()).rejects.toMatchObject({
      type: 'DestinationAuthentication',
      message: expect.stringMatching(
        new RegExp(`${says}.*→ Correct api_key, service_token, or username`, 'u'),
      ) as string,
    });
    expect(attempts).toBe(1);
  });
});

/** The hook that does something once, at a moment within a sync. */
const MOMENTS: Readonly<Record<string, (act: () => Promise<void>) => SyncHooks>> = {
  'between two chunks of the copy': (act) => ({ betweenBlocks: act }),
  'before stale documents are deleted': (act) => ({ before: { deleteStaleDocuments: act } }),
  'before the sync is finished': (act) => ({ before: { finishSync: act } }),
};

describe('a key that loses its rights in the middle of a sync', () => {
  async function loseRights(moment: string, lose: 'revoked' | 'without write', type: string): Promise<void> {
    const index = uniqueIndex('search');
    const key = await node.createKey(documentedPrivileges(index));
    credentials = key.settings;
    const connector = connect(index);
    await connector.sync();
    await database.sql(`delete from item where id <= 4; update item set label = label || 'y' where id > 4`);
    const act =
      lose === 'revoked'
        ? key.revoke
        : () => key.change([{ names: [index, `${index}-*`], privileges: ['read', 'manage'] }]);
    connector.hook(MOMENTS[moment]?.(act) ?? {});
    await expect(connector.sync()).rejects.toMatchObject({ type, message: expect.stringContaining('→') as string });
    const left = await countDocuments(connector);
    connector.hook({});
    credentials = (await node.createKey(documentedPrivileges(index))).settings;
    await connector.sync();
    expect(await countDocuments(connector)).toBe(8);
    // Of what was stale all is there until the sync has read everything and is about to finish.
    expect(left).toBe(moment === 'before the sync is finished' ? 8 : 12);
  }

  test.each(Object.keys(MOMENTS))('revoked %s: it ends, nothing is deleted, the next sync mends it', async (moment) => {
    await loseRights(moment, 'revoked', 'DestinationAuthentication');
  });

  test('without the right to write before stale documents are deleted: the same', async () => {
    await loseRights('before stale documents are deleted', 'without write', 'DestinationPermission');
  });
});
