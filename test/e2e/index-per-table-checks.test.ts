import { asyncLocalStorage, type Context } from '@temporalio/activity';

import { createConnectorRegistry } from '../../src/activities/connector/connector-registry';
import { createActivities } from '../../src/activities/create-activities';
import { lookAtIndices } from '../../src/activities/look/look-at-indices';
import { renderVerification } from '../../src/cli/output/render-verification';
import type { ConnectorSettings } from '../../src/config/settings/settings';
import { toTrees } from '../../src/config/settings/to-trees';
import { nameDeadLetters } from '../../src/sync/indices/index-naming';
import { countDifferences, type Verification } from '../../src/verify/verification';
import { connectorEntry } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl, uniqueIndex } from '../support/elasticsearch';
import { parse } from '../support/parse-configuration';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

const elasticsearch = connectElasticsearch();
let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
let base: string;

const SELECTION = { schemas: ['public'], tables: ['*'] };

beforeAll(async () => {
  syncs = await startSyncs();
});
beforeEach(async () => {
  database = await createDatabase();
  await database.sql(`
    create table orders (id int primary key, v text, secret text, doc bytea);
    insert into orders (id, v, secret) select i, 'a', 'x' from generate_series(1, 30) as i;
    create table customers (id int primary key, name text);
    insert into customers select i, 'b' from generate_series(1, 20) as i;
    create table lines (id int primary key, order_id int references orders);
    insert into lines select i, i from generate_series(1, 10) as i`);
  base = uniqueIndex('shared');
  const naming = `${base}-{table}`;
  connector = syncs.connect(database.url, {
    index: naming,
    indexNaming: naming,
    deadLetters: nameDeadLetters(naming, 'x'),
    selection: SELECTION,
  });
});
afterEach(async () => {
  await database.drop();
  await deleteIndices(elasticsearch, base);
});
afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
});

type Documents = ConnectorSettings['documents'];
const DOCUMENTS: Documents = {
  fieldNames: 'prefixed',
  json: 'flattened',
  rowSecurity: 'refused',
  excludeColumns: [],
  mapping: {},
  idColumns: {},
};
const LINES = toTrees({ orders: { lines: { table: 'lines' } } }) ?? {};

describe('what a connector says of one table’s columns', () => {
  test('keeps none of its other tables from being synced', async () => {
    const documents: Documents = {
      ...DOCUMENTS,
      nested: LINES,
      attachment: 'public.orders.doc',
      excludeColumns: ['public.orders.secret'],
      mapping: { 'public.customers.name': { type: 'keyword' } },
    };
    connector.configure({
      documents,
      rules: { basic: [{ policy: 'exclude', field: 'public_orders_id', rule: '>', value: '10' }], advanced: [] },
    });
    expect(await connector.check()).toEqual([]);
    expect(await connector.sync()).toMatchObject({ status: 'completed', indexed: 40 });
    await database.sql(`update orders set v = 'b' where id < 3`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 2, unchanged: 38 });
    expect(countDifferences(await connector.verify())).toBe(0);
    // A table that went takes its columns with it.
    await database.sql('drop table customers');
    expect(await connector.check()).toEqual([]);
    expect(await connector.sync()).toMatchObject({ status: 'completed', unchanged: 20 });
  });

  test.each<['full' | 'incremental', Partial<Documents>, RegExp]>([
    ['full', { excludeColumns: ['public.orders.sekret'] }, /no relation has the column "public\.orders\.sekret"/u],
    ['incremental', { mapping: { 'public.nothing.v': { type: 'keyword' } } }, /column "public\.nothing\.v"/u],
    ['full', { attachment: 'public.orders.v' }, /documents\.attachment names public\.orders\.v, which is of type/u],
  ])('is an error where no table has them (%s sync)', async (jobType, documents, message) => {
    connector.configure({ documents: { ...DOCUMENTS, ...documents } });
    expect(await connector.check()).toEqual([
      expect.objectContaining({ type: 'InvalidConfig', message: expect.stringMatching(message) as string }),
    ]);
    await expect(connector.sync(jobType)).rejects.toThrow(message);
    expect(await elasticsearch.indices.exists({ index: `${base}-customers` })).toBe(false);
  });

  test('is an error where no table has a field or is the root of a tree, as for one index', async () => {
    connector.configure({
      rules: { basic: [{ policy: 'exclude', field: 'public_orders_w', rule: 'equals', value: 'a' }], advanced: [] },
    });
    await expect(connector.sync()).rejects.toThrow(
      'no document has a field "public_orders_w"; did you mean "public_orders_',
    );
    const nested = { ordres: LINES['orders'] ?? {} };
    connector.configure({ documents: { ...DOCUMENTS, nested }, rules: { basic: [], advanced: [] } });
    await expect(connector.sync()).rejects.toThrow(/documents\.nested names ordres, which is none of the tables/u);
    const [problem] = await connector.check();
    expect(problem?.message).toContain('documents.nested names ordres');
  });
});

/** What was found of each relation: rows, documents, extra, outdated. */
const countsOf = ({ relations }: Verification) =>
  Object.fromEntries(
    relations.map(({ relation, rows, documents, extra, outdated }) => [relation, [rows, documents, extra, outdated]]),
  );

describe('verify of an index for each table', () => {
  test('names what is left of tables that went, and tables that have no index yet', async () => {
    const limits = { concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 10, maxRowBytes: 1_024 };
    connector.configure({ limits });
    await database.sql(`
      create table brief (id int primary key, v text); insert into brief values (1, repeat('x', 2000)), (2, 'y');
      update customers set name = repeat('x', 2000) where id = 1; update orders set v = repeat('x', 2000) where id = 1`);
    expect(await connector.sync()).toMatchObject({ indexed: 59, rejected: 3 });
    await database.sql(`
      drop table customers; drop table brief;
      create table later (id int primary key); insert into later values (1)`);
    // Nothing is left of it but its letter.
    await deleteIndices(elasticsearch, `${base}-brief`);
    const found = await connector.verify();
    expect(countsOf(found)).toEqual({
      'public.orders': [30, 29, 0, 0],
      'public.lines': [10, 10, 0, 0],
      'public.customers': [0, 19, 19, 1],
      'public.brief': [0, 0, 0, 1],
    });
    expect(found.left).toEqual([{ index: `${base}-customers`, relation: 'public.customers' }]);
    expect(found.orphaned).toEqual({ deadLetters: `${base}-rejected`, relations: ['public.brief'] });
    expect(found.failed).toEqual([
      {
        relation: 'public.later',
        failure: expect.objectContaining({
          type: 'DestinationChanged',
          remedy: `Make it: pgferry sync ${connector.id}`,
        }) as unknown,
      },
    ]);
    const told = renderVerification(found, { values: false });
    expect(told).toMatch(/not verified.* public\.later: .*there is no index .*-later/u);
    expect(told).toContain(`pgferry sync ${connector.id} --forget public.customers`);
    expect(told).toContain('Neither a table nor an index of public.brief is left');
    expect(told).not.toContain('A full sync');
    await connector.sync('full', { forget: ['public.customers'] });
    const { failed, left, ...after } = await connector.verify();
    expect([failed, left]).toEqual([undefined, undefined]);
    expect(countsOf(after)).toMatchObject({ 'public.later': [1, 1, 0, 0], 'public.brief': [0, 0, 0, 1] });
  });
});

describe('a remedy works', () => {
  const forgetting = { forget: ['public.customers'] };

  test('of a table that lost its key', async () => {
    await connector.sync();
    await database.sql('alter table customers drop constraint customers_pkey');
    const [problem] = await connector.check();
    expect(problem?.remedy).toMatch(/to have its index deleted, run: .* --forget public\.customers$/u);
    const { notes } = await connector.sync('full', forgetting);
    expect(notes).toEqual([expect.stringContaining('was deleted')]);
    expect(await connector.check()).toEqual([]);
  });

  test('of a table that is named and went', async () => {
    connector.configure({ selection: { ...SELECTION, tables: ['orders', 'customers'] } });
    await connector.sync();
    await database.sql('drop table customers');
    const [problem] = await connector.check();
    expect(problem).toMatchObject({ type: 'RelationMissing' });
    expect(problem?.remedy).toContain('is kept until `pgferry sync ID --forget SCHEMA.TABLE` deletes it');
    await expect(connector.sync()).rejects.toThrow(/There is no table "customers"/u);
    expect(await connector.sync('full', forgetting)).toMatchObject({ status: 'completed', unchanged: 30 });
    expect(await elasticsearch.indices.exists({ index: `${base}-customers` })).toBe(false);
  });
});

describe('a first look', () => {
  test('leaves connectors that are shown in Kibana to their syncs, and what it has no time for', async () => {
    await connector.sync();
    const naming = `${base}-{table}`;
    const entry = { ...connectorEntry(database), connector_id: connector.id, index_name: naming };
    const text = JSON.stringify({ connectors: [entry], elasticsearch: { host: elasticsearchUrl() } });
    const registry = createConnectorRegistry(parse(text).settings);
    try {
      const look = (isShown: boolean) => {
        const activities = createActivities({ ...registry, isShown: () => isShown });
        const request = { connectorId: connector.id, ...REQUEST };
        return asyncLocalStorage.run(CONTEXT, () => activities.lookForChanges(request));
      };
      expect((await look(true)).facts.indices).toBeUndefined();
      expect((await look(false)).facts.indices).toMatchObject({ unchanged: { length: 3 }, indices: [] });
      const scope = { signal: new AbortController().signal, heartbeat: () => undefined, budgetMs: 0 };
      const found = await lookAtIndices(await registry.open(connector.id), REQUEST, scope);
      expect(found).toMatchObject({ unchanged: [], indices: { length: 3 } });
    } finally {
      await registry.close();
    }
  });
});

const REQUEST = { jobType: 'incremental', jobId: 'look', options: {} } as const;
/** That of an activity which is tried for the first time. */
const CONTEXT = {
  info: { scheduledTimestampMs: Date.now(), currentAttemptScheduledTimestampMs: Date.now() },
  heartbeat: () => undefined,
  cancellationSignal: new AbortController().signal,
} as unknown as Context;
