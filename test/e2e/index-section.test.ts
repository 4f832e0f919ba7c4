import type { ConnectorSettings } from '../../src/config/settings/settings';
import { describeLost } from '../../src/elasticsearch/index/describe-design';
import { countDifferences } from '../../src/verify/verification';
import { connectElasticsearch, uniqueIndex } from '../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

type Section = NonNullable<ConnectorSettings['indexContent']>;

const elasticsearch = connectElasticsearch();
let database: TestDatabase;
let syncs: Syncs;

beforeAll(async () => {
  [database, syncs] = await Promise.all([createDatabase(), startSyncs()]);
  await database.sql(`create table book (id int primary key, title text, blurb text);
    insert into book values (1, 'The Running Fox', 'jumps'), (2, 'A quiet Sea', 'of foxes'), (3, null, null)`);
});

afterAll(async () => {
  await syncs.stop();
  await elasticsearch.close();
  await database.drop();
});

const STEMMED = { analysis: { analyzer: { stemmed: { tokenizer: 'standard', filter: ['lowercase', 'stems'] } } } };
const STEMS = { analysis: { filter: { stems: { type: 'stemmer', language: 'english' } } } };
const SECTION: Section = {
  settings: { number_of_shards: 2, 'index.refresh_interval': '3s', ...STEMMED, index: STEMS },
  mapping: {
    properties: {
      public_book_title: {
        copy_to: 'all',
        fields: { raw: { type: 'keyword', ignore_above: 64 } },
        analyzer: 'stemmed',
      },
      public_book_blurb: { copy_to: 'all' },
      all: { type: 'text', analyzer: 'stemmed' },
    },
    runtime: { shout: { type: 'keyword' } },
    date_detection: false,
  },
};

function connect(indexContent?: Section): HookedConnector {
  const connector = syncs.connect(database.url, { index: uniqueIndex('section') });
  if (indexContent !== undefined) connector.configure({ indexContent });
  return connector;
}

async function find({ index }: HookedConnector, field: string, query: string): Promise<number> {
  await elasticsearch.indices.refresh({ index });
  return (await elasticsearch.count({ index, query: { match: { [field]: query } } })).count;
}

async function describeIndex({ index }: HookedConnector) {
  const [found] = Object.values(await elasticsearch.indices.get({ index, flat_settings: true }));
  return { settings: { ...found?.settings } as Record<string, unknown>, mappings: found?.mappings };
}

describe('the section index of a connector', () => {
  test('makes the index as it says: a search finds what analyzers and copied fields promise', async () => {
    const connector = connect(SECTION);
    await connector.sync();
    expect(await find(connector, 'all', 'fox')).toBe(2);
    expect(await find(connector, 'public_book_title', 'run')).toBe(1);
    expect(await find(connector, 'public_book_title.raw', 'A quiet Sea')).toBe(1);
    const { settings, mappings } = await describeIndex(connector);
    expect(settings).toMatchObject({ 'index.number_of_shards': '2', 'index.refresh_interval': '3s' });
    expect(mappings).toMatchObject({ date_detection: false, dynamic: 'false' });
    expect(countDifferences(await connector.verify())).toBe(0);
    expect(await connector.sync()).toMatchObject({ indexed: 0, unchanged: 3 });
  });

  test('wins over templates and over what people changed; plan names every value that loses', async () => {
    const connector = connect();
    const template = uniqueIndex('template');
    await elasticsearch.indices.putIndexTemplate({
      name: template,
      index_patterns: [`${connector.index}*`],
      template: { settings: { 'index.refresh_interval': '9s', 'index.max_result_window': 20_000 } },
    });
    try {
      await connector.sync();
      await elasticsearch.indices.putSettings({ index: connector.index, settings: { 'index.refresh_interval': '7s' } });
      connector.configure({ indexContent: SECTION });
      const { newIndex } = await connector.plan({ rebuild: true });
      expect(newIndex?.lost.map(describeLost)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^index\.refresh_interval 7s of the old index: .*index\.settings/u),
          expect.stringMatching(/^index\.refresh_interval 9s of an index template: /u),
        ]),
      );
      await connector.sync('full', { rebuild: true });
      const { settings } = await describeIndex(connector);
      expect(settings).toMatchObject({ 'index.refresh_interval': '3s', 'index.max_result_window': '20000' });
    } finally {
      await elasticsearch.indices.deleteIndexTemplate({ name: template });
    }
  });

  test('changes an index that is there where Elasticsearch lets it; the rest is told, and made by a rebuild', async () => {
    const connector = connect();
    await connector.sync();
    connector.configure({ indexContent: SECTION });
    const { differences } = await connector.plan();
    expect(differences).toEqual(
      expect.arrayContaining([
        { name: 'index.number_of_shards', is: '1', wanted: '2', isFixed: true },
        expect.objectContaining({ name: 'index.refresh_interval', wanted: '3s', isFixed: false }),
        expect.objectContaining({ name: 'field public_book_title copy_to', wanted: 'all' }),
      ]),
    );
    const { notes = [] } = await connector.sync('incremental');
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^index\.number_of_shards, index\.analysis\..* of .* not what .*; sync with --rebuild\.$/u,
        ),
        expect.stringMatching(
          /^public_book_blurb of .* documents follow once their row has changed, or by --rebuild\.$/u,
        ),
        expect.stringMatching(/^field public_book_title of .*analyzer.*; sync with --rebuild\.$/u),
      ]),
    );
    const before = await describeIndex(connector);
    expect(before.settings).toMatchObject({ 'index.number_of_shards': '1', 'index.refresh_interval': '3s' });
    expect(before.mappings?.properties?.['public_book_blurb']).not.toHaveProperty('analyzer');
    await connector.sync('full', { rebuild: true });
    expect(await find(connector, 'all', 'fox')).toBe(2);
    expect((await connector.plan()).differences).toEqual([]);
    expect((await connector.sync()).notes ?? []).toEqual([]);
  });

  test.each([
    ['made by it', true],
    ['that is there', false],
  ])('gives an index %s no setting less than pgferry needs, and plan says so', async (_, isMadeByIt) => {
    const settings = {
      'index.gc_deletes': '60s',
      'index.mapping.total_fields.limit': 10,
      'index.refresh_interval': '4s',
    };
    const connector = connect();
    if (!isMadeByIt) await connector.sync();
    connector.configure({ indexContent: { settings, mapping: {} } });
    const { lost, newIndex } = await connector.plan();
    expect((newIndex?.lost ?? lost).map(describeLost)).toEqual([
      expect.stringMatching(/^index\.gc_deletes 60s of .*pgferry needs 1h/u),
      expect.stringMatching(/^index\.mapping\.total_fields\.limit 10 of .*pgferry needs 1000/u),
    ]);
    expect(await connector.sync('incremental')).toMatchObject({ status: 'completed' });
    expect((await describeIndex(connector)).settings).toMatchObject({
      'index.gc_deletes': '1h',
      'index.mapping.total_fields.limit': '1000',
      'index.refresh_interval': '4s',
    });
    expect((await connector.sync()).notes ?? []).toEqual([]);
  });

  test('is what a rebuild keeps, and forgets when the file no longer says it; what people changed stays', async () => {
    const connector = connect(SECTION);
    await connector.sync();
    await elasticsearch.indices.putSettings({
      index: connector.index,
      settings: { 'index.max_result_window': 30_000 },
    });
    await connector.sync('full', { rebuild: true });
    expect((await describeIndex(connector)).settings).toMatchObject({ 'index.refresh_interval': '3s' });
    connector.configure({ indexContent: { settings: { 'index.refresh_interval': '4s' }, mapping: {} } });
    await connector.sync('incremental');
    expect((await describeIndex(connector)).settings).toMatchObject({ 'index.refresh_interval': '4s' });
    connector.configure({ indexContent: { settings: {}, mapping: {} } });
    await connector.sync('full', { rebuild: true });
    const { settings, mappings } = await describeIndex(connector);
    expect(settings).toMatchObject({ 'index.number_of_shards': '1', 'index.max_result_window': '30000' });
    expect(settings).not.toHaveProperty(['index.refresh_interval']);
    expect(mappings?.properties).not.toHaveProperty('all');
  });
});

describe('check finds that the section index', () => {
  test.each<[string, Section, RegExp]>([
    [
      'names an analyzer that is not there',
      { settings: {}, mapping: { properties: { all: { type: 'text', analyzer: 'nobodys' } } } },
      /^Elasticsearch refuses the index .*analyzer \[nobodys\]/u,
    ],
    [
      'has a setting that Elasticsearch does not know',
      { settings: { refresh_intervall: '1s' }, mapping: {} },
      /^Elasticsearch refuses the index .*unknown setting \[index\.refresh_intervall\]/u,
    ],
    [
      'has a field without a type',
      { settings: {}, mapping: { properties: { public_bok_title: { copy_to: 'all' } } } },
      /^Elasticsearch refuses the index .*public_bok_title/u,
    ],
    [
      'blocks writes',
      { settings: { 'index.blocks.write': true }, mapping: {} },
      /index\.blocks\.write: a new index has to take writes/u,
    ],
    [
      'gives a field that its values don’t fit',
      { settings: {}, mapping: { properties: { public_book_id: { type: 'geo_point' } } } },
      /field public_book_id as geo_point: its values are long; documents\.mapping turns them, too/u,
    ],
    [
      'changes a field that pgferry lives by',
      { settings: {}, mapping: { properties: { _relation: { type: 'keyword', index: false } } } },
      /field _relation: pgferry finds and compares documents by it/u,
    ],
  ])('%s', async (_, indexContent, message) => {
    const connector = connect(indexContent);
    expect(await connector.check()).toMatchObject([
      { type: 'InvalidConfig', message: expect.stringMatching(message) as string },
    ]);
    await expect(connector.sync()).rejects.toMatchObject({ type: 'InvalidConfig' });
    expect(await elasticsearch.indices.get({ index: `${connector.index}*` })).toEqual({});
  });
});
