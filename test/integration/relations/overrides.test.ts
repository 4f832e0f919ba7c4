import type { SyncReport } from '../../../src/sync/report';
import { connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

const client = connectElasticsearch();
let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  await database.sql(`
    create table orders (id int primary key, total numeric, secret text, doc jsonb, file bytea);
    insert into orders values
      (1, 1.50, 'hidden', '{"a": {"b": 7}, "tags": ["x"]}', '\\x00ff41'),
      (2, 2.5, 'hidden', '{"a": {"b": 8}}', convert_to(repeat('a', 10485760), 'UTF8')),
      (3, 3.50, 'hidden', null, convert_to(repeat('a', 10485761), 'UTF8'))`);
});

afterAll(async () => {
  await harness.stop();
  await client.close();
  await database.drop();
});

test('the configuration decides about mappings, columns, json, the pipeline and the attachment', async () => {
  const entry = connectorEntry(
    database,
    { tables: 'orders' },
    {
      documents: {
        mapping: { 'public.orders.total': { type: 'keyword' } },
        exclude_columns: ['public.orders.secret'],
        json: 'object',
        attachment: 'public.orders.file',
      },
    },
  );
  const index = entry.index_name;
  const pipeline = { name: `${index}-pipeline` };
  expect(await harness.check({ ...entry, pipeline })).toMatchObject([
    { type: 'InvalidConfig', message: expect.stringContaining(pipeline.name) as string },
  ]);
  await expect(harness.sync({ ...entry, pipeline })).rejects.toMatchObject({
    type: 'InvalidConfig',
    message: expect.stringContaining(pipeline.name) as string,
  });
  // The local node has no processors, nor the attachment one: what the pipeline would be given is what is stored.
  await client.ingest.putPipeline({ id: pipeline.name, processors: [] });
  try {
    const report = await harness.sync({ ...entry, pipeline });
    expect(await harness.deadLetters(entry)).toEqual([]);
    expect(report).toMatchObject({ indexed: 3, rejected: 0, omitted: 1 });
  } finally {
    await client.ingest.deletePipeline({ id: pipeline.name });
  }
  await client.indices.refresh({ index });
  const { hits } = await client.search<Record<string, unknown>>({ index, sort: 'id' });
  const [first, second, third] = hits.hits.map(({ _source }) => _source);
  expect(first).toMatchObject({ public_orders_total: 1.5, _attachment: 'AP9B' });
  expect(String(second?.['_attachment'])).toHaveLength(4 * Math.ceil(10_485_760 / 3));
  expect(third?.['_attachment'] ?? null).toBeNull();
  expect(Object.keys(first ?? {}).filter((field) => field.includes('secret'))).toEqual([]);

  const [mapping] = Object.values(await client.indices.getMapping({ index }));
  expect(mapping?.mappings.properties).toMatchObject({ public_orders_total: { type: 'keyword' } });
  const countOf = async (term: Record<string, number | string>) =>
    (await client.count({ index, query: { term } })).count;
  expect(await countOf({ public_orders_total: '2.5' })).toBe(1);
  expect(await countOf({ 'public_orders_doc.a.b': 7 })).toBe(1);
});

test('values that are too large for their documents are left out and counted, of tables and of views', async () => {
  await database.sql(`
    create table heavy (like orders including all);
    insert into heavy select * from orders;
    create view files as select id, array[file, '\\x41'] as both from heavy`);
  const selection = { tables: 'heavy, files' };
  const entry = connectorEntry(database, selection, { documents: { id_columns: { files: ['id'] } } });
  const omittedOf = ({ relations }: SyncReport) => relations.map(({ relation, omitted }) => [relation, omitted]);
  expect(omittedOf(await harness.sync(entry))).toEqual([
    ['public.files', 1],
    ['public.heavy', 1],
  ]);
  const index = entry.index_name;
  await client.indices.refresh({ index });
  const { hits } = await client.search<Record<string, unknown>>({
    index,
    query: { wildcard: { id: '*:3' } },
    sort: 'id',
  });
  expect(hits.hits.map(({ _source }) => _source)).toMatchObject([
    { public_files_both: [null, 'QQ=='] },
    { public_heavy_file: null },
  ]);

  await database.sql(`update heavy set file = null where id = 1; update heavy set secret = 'seen' where id = 3`);
  const second = await harness.sync(entry);
  expect(second).toMatchObject({ indexed: 3, omitted: 1 });
  expect(omittedOf(second)).toEqual([
    ['public.files', undefined],
    ['public.heavy', 1],
  ]);
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
});

test('an attachment that holds no bytes is a problem that check names', async () => {
  const entry = connectorEntry(database, { tables: 'orders' }, { documents: { attachment: 'public.orders.secret' } });
  const [problem] = await harness.check(entry);
  expect(problem).toMatchObject({ type: 'InvalidConfig', message: expect.stringContaining('type text') as string });
});

test('a column that the role may not select is left out when exclude_columns names it', async () => {
  const role = `reader_${database.name}`;
  await database.sql(`create table paid (id int primary key, card text); insert into paid values (1, '4711');
    create role ${role} login password 'secret'; grant select (id, ctid, xmin) on paid to ${role}`);
  try {
    const reader = { tables: 'paid', username: role, password: 'secret' };
    const [problem] = await harness.check(connectorEntry(database, reader));
    expect(problem).toMatchObject({
      type: 'SourcePermission',
      remedy: expect.stringContaining('exclude_columns') as string,
    });
    const entry = connectorEntry(database, reader, { documents: { exclude_columns: ['public.paid.card'] } });
    expect(await harness.sync(entry)).toMatchObject({ indexed: 1 });
    expect(await harness.sync(entry)).toMatchObject({ indexed: 0, unchanged: 1 });
  } finally {
    await database.sql(`drop owned by ${role}; drop role ${role}`);
  }
});
