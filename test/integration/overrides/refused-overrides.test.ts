import { findOverrideWarnings } from '../../../src/activities/check/check-overrides';
import { FIELD_TYPES } from '../../../src/documents/overrides/field-types';
import { tryMappings } from '../../../src/elasticsearch/mappings/try-mappings';
import { connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch, uniqueIndex } from '../../support/elasticsearch';
import { LACKING_FIELD_TYPES } from '../../support/lacking-field-types';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';
import { mappingOf } from './override-queries';

const client = connectElasticsearch();
let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
  await database.sql(`
    create table shop (id int primary key, open boolean, place point, at timestamptz, tags text);
    insert into shop values (1, true, '(13.4,52.5)', '2024-02-29 12:34:56+00', '{"a": 1}');
    create table other (id int primary key);
    insert into other values (1)`);
});

afterAll(async () => {
  await harness.stop();
  await client.close();
  await database.drop();
});

function overriding(mapping: Readonly<Record<string, object>>) {
  const columns = Object.entries(mapping).map(([column, value]) => [`public.shop.${column}`, value]);
  return connectorEntry(
    database,
    { tables: 'shop, other' },
    { documents: { mapping: Object.fromEntries(columns) as object } },
  );
}

test('a mapping that no value of the type fits is a problem that check names, and the other tables are synced', async () => {
  const entry = overriding({ open: { type: 'geo_point' } });
  const problems = await harness.check(entry);
  expect(problems).toEqual([
    {
      type: 'InvalidConfig',
      message: expect.stringContaining(
        'documents.mapping makes column "open" of public.shop, which is of type boolean, a geo_point: ' +
          `values of this type can't be turned into geo_point.`,
      ) as string,
      remedy: expect.stringContaining('A column of type boolean can be mapped as text, keyword,') as string,
    },
  ]);
  await expect(harness.sync(entry)).rejects.toMatchObject({ type: 'InvalidConfig' });
  expect(await harness.documents(entry)).toHaveLength(1);
});

test.each([
  ['a format that dates cannot be written in', { at: { type: 'date', format: "YYYY-'W'ww" } }, 'epoch_millis'],
  ['an alias, which holds no values', { at: { type: 'alias', path: 'id' } }, 'holds no values'],
])('check refuses %s', async (_, mapping, words) => {
  const [problem] = await harness.check(overriding(mapping));
  expect(problem).toMatchObject({ type: 'InvalidConfig', message: expect.stringContaining(words) as string });
});

test('check asks the cluster: a type that it lacks, or a parameter that is wrong, is told by its own words', async () => {
  const problems = await harness.check(
    overriding({ tags: { type: 'wildcard' }, place: { type: 'geo_point', dims: 3 }, open: { type: 'keyword' } }),
  );
  expect(problems.map(({ type, message }) => [type, message.replace(/^.* gives /u, '')])).toEqual([
    ['InvalidConfig', expect.stringMatching(/^public\.shop\.tags: .*mapper type \[wildcard\].* does not exist/u)],
    ['InvalidConfig', expect.stringMatching(/^public\.shop\.place: .*unknown parameter \[dims\]/u)],
  ]);
});

test('the cluster of the tests has all field types of the documentation but those that are not run here', async () => {
  const mappings = Object.fromEntries(FIELD_TYPES.map((type) => [type, mappingOf(type, '')]));
  const { refused, unasked } = await tryMappings(client, uniqueIndex('check'), mappings);
  expect(unasked).toBeUndefined();
  expect(new Set(refused.map(({ name }) => name))).toEqual(LACKING_FIELD_TYPES);
});

test('an object or nested field without properties is warned of', async () => {
  const warnings = async (mapping: object) => {
    const { documents } = overriding({ tags: mapping }) as unknown as {
      documents: { mapping: Record<string, object> };
    };
    const settings = { indexName: uniqueIndex('check'), documents } as never;
    return findOverrideWarnings({ elasticsearch: client, settings });
  };
  expect(await warnings({ type: 'nested' })).toMatchObject([
    { message: expect.stringContaining('public.shop.tags') as string },
  ]);
  for (const more of [{ properties: {} }, { dynamic: true }, { type: 'object', enabled: false }]) {
    expect(await warnings({ type: 'nested', ...more })).toEqual([]);
  }
});

test('children are found within their parent’s document, as docs/sync-rules.md shows it', async () => {
  await database.sql(`
    create table book (id int primary key, title text);
    create table review (book int, stars int, who text);
    insert into book values (1, 'Good'), (2, 'Bad');
    insert into review values (1, 5, 'Ann'), (1, 1, 'Bob'), (2, 5, 'Bob'), (2, 1, 'Ann')`);
  const query = `select b.id, b.title, jsonb_agg(jsonb_build_object('stars', r.stars, 'who', r.who)) as reviews
    from book as b join review as r on r.book = b.id group by b.id`;
  const reviews = { type: 'nested', properties: { stars: { type: 'integer' }, who: { type: 'keyword' } } };
  const rules = { sync_rules: { advanced: [{ tables: ['book', 'review'], query, id_columns: ['id'] }] } };
  const documents = { documents: { mapping: { 'public.book.reviews': reviews } } };
  const entry = connectorEntry(database, {}, { ...rules, ...documents });
  expect(await harness.check(entry)).toEqual([]);
  expect(await harness.sync(entry)).toMatchObject({ indexed: 2, rejected: 0 });
  await client.indices.refresh({ index: entry.index_name });
  const path = 'public_book_review_reviews';
  const filter = [{ term: { [`${path}.stars`]: 5 } }, { term: { [`${path}.who`]: 'Ann' } }];
  const { hits } = await client.search({
    index: entry.index_name,
    query: { nested: { path, query: { bool: { filter } } } },
  });
  expect(hits.hits.map(({ _source }) => _source)).toMatchObject([{ public_book_review_title: 'Good' }]);
});

test('another override makes another definition: the rows are read again; a format that the index lacks needs a rebuild', async () => {
  const entry = overriding({ at: { type: 'date', format: 'yyyy/MM/dd||epoch_millis' } });
  const formatted = (format: string) => {
    const { connector_id, index_name } = entry;
    return { ...overriding({ at: { type: 'date', format } }), connector_id, index_name };
  };
  expect(await harness.sync(entry)).toMatchObject({ indexed: 2 });
  expect(await harness.sync(entry, { jobType: 'incremental' })).toMatchObject({ indexed: 0 });
  const changed = formatted('epoch_millis');
  expect(await harness.check(changed)).toEqual([]);
  expect(await harness.sync(changed, { jobType: 'incremental' })).toMatchObject({ indexed: 1 });
  expect(await harness.verify(changed)).toMatchObject({ differences: [] });
  const other = formatted('dd.MM.yyyy');
  expect(await harness.check(other)).toMatchObject([
    { type: 'MappingConflict', message: expect.stringContaining('must be date in the format dd.MM.yyyy') as string },
  ]);
  expect(await harness.sync(other, { options: { rebuild: true } })).toMatchObject({ indexed: 2 });
});
