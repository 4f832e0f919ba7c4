import type { estypes } from '@elastic/elasticsearch';

import type { DocumentSettings } from '../../src/config/settings/settings';
import { connectElasticsearch, uniqueIndex } from '../support/elasticsearch';
import { expectInStep } from '../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../support/start-syncs';

const KEYWORD = { type: 'keyword', ignore_above: 500 } as const;
const DOCUMENTS: DocumentSettings = {
  fieldNames: 'prefixed',
  json: 'flattened',
  excludeColumns: [],
  mapping: {},
  idColumns: {},
  rowSecurity: 'refused',
};

const elasticsearch = connectElasticsearch();
let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
const templates = new Set<string>();

beforeAll(async () => {
  [syncs, database] = await Promise.all([startSyncs(), createDatabase()]);
});
beforeEach(async () => {
  await database.sql(`drop table if exists item; create table item (id int primary key, status text, name text);
    insert into item select i, case when i % 3 = 0 then 'draft' else 'live' end, 'n' || i from generate_series(1, 30) as i`);
  connector = syncs.connect(database.url, { index: uniqueIndex('along') });
});
afterAll(async () => {
  await syncs.stop();
  for (const name of templates) await elasticsearch.indices.deleteIndexTemplate({ name });
  await database.drop();
  await elasticsearch.close();
});

const rebuild = () => connector.sync('full', { rebuild: true });

/** The index that serves, as Elasticsearch describes it. */
async function serving() {
  const found = await elasticsearch.indices.get({ index: connector.index, flat_settings: true });
  const [[concrete, index] = ['', {}]] = Object.entries(found);
  const { settings, mappings, aliases } = index;
  return { concrete, settings: settings as Record<string, unknown>, mappings, aliases };
}

/** All indices of the connector. */
async function all(): Promise<string[]> {
  const found = await elasticsearch.indices.get({ index: `${connector.index}*`, expand_wildcards: 'all' });
  return Object.keys(found);
}

async function putTemplate(settings: Record<string, unknown>, aliases = {}): Promise<void> {
  templates.add(connector.index);
  await elasticsearch.indices.putIndexTemplate({
    name: connector.index,
    index_patterns: [`${connector.index}*`],
    priority: 500,
    template: { settings, aliases },
  });
}

async function putAliases(index: string, aliases: Readonly<Record<string, object>>): Promise<void> {
  const actions: estypes.IndicesUpdateAliasesAction[] = Object.entries(aliases).map(([alias, definition]) => ({
    add: { index, alias, ...definition },
  }));
  await elasticsearch.indices.updateAliases({ actions });
}

describe('a rebuild takes along', () => {
  test('every alias with filter, routing and flags, and leaves no old index behind', async () => {
    await connector.sync();
    const { concrete } = await serving();
    const live = { term: { public_item_status: 'live' } };
    const { index } = connector;
    await putAliases(concrete, {
      [`${index}-items`]: {},
      [`${index}-live`]: { filter: live, search_routing: '1,2', index_routing: '1' },
      [`${index}-hidden`]: { is_hidden: true, is_write_index: false },
    });
    await database.sql(`update item set name = 'new'`);
    await rebuild();
    const after = await serving();
    expect(after.concrete).not.toBe(concrete);
    expect(await all()).toEqual([after.concrete]);
    expect(after.aliases).toEqual({
      [index]: { is_write_index: true },
      [`${index}-items`]: {},
      [`${index}-live`]: { filter: live, search_routing: '1,2', index_routing: '1' },
      [`${index}-hidden`]: { is_hidden: true, is_write_index: false },
    });
    await elasticsearch.indices.refresh({ index });
    const { hits } = await elasticsearch.search<Record<string, unknown>>({ index: `${index}-items`, size: 100 });
    expect(new Set(hits.hits.map(({ _source: row }) => row?.['public_item_name']))).toEqual(new Set(['new']));
    expect((await elasticsearch.count({ index: `${index}-live`, routing: '' })).count).toBe(20);
  });

  test('settings, fields and other writers’ _meta, once and again', async () => {
    await connector.sync();
    const { concrete } = await serving();
    await elasticsearch.indices.putSettings({
      index: concrete,
      settings: { number_of_replicas: 0, refresh_interval: '7s', 'index.max_result_window': 20_000 },
    });
    await elasticsearch.indices.putMapping({
      index: concrete,
      _meta: { owner: 'team of search' },
      runtime: { by_hand: { type: 'keyword' } },
      properties: {
        public_item_name: { type: 'text', fields: { keyword: { type: 'keyword' }, raw: { type: 'keyword' } } },
        added: { type: 'object', properties: { inner: { type: 'long' } } },
        also: { type: 'alias', path: 'public_item_status' },
      },
    });
    for (const round of [1, 2]) {
      await rebuild();
      const { settings, mappings, ...after } = await serving();
      expect([round, await all()]).toEqual([round, [after.concrete]]);
      expect(settings).toMatchObject({
        'index.number_of_replicas': '0',
        'index.refresh_interval': '7s',
        'index.max_result_window': '20000',
        'index.gc_deletes': '1h',
      });
      expect(mappings).toMatchObject({
        _meta: { owner: 'team of search', created_by: 'pgferry' },
        runtime: { by_hand: { type: 'keyword' } },
        properties: {
          public_item_name: { type: 'text', fields: { raw: { type: 'keyword' } } },
          added: { properties: { inner: { type: 'long' } } },
          also: { type: 'alias', path: 'public_item_status' },
        },
      });
    }
    await expectInStep(connector, database.sql, 'public.item');
  });

  test('what a person changed, and neither what a template said then nor what an interrupted sync set', async () => {
    await putTemplate({
      'index.refresh_interval': '5s',
      'index.max_result_window': 11_000,
      'index.max_rescore_window': 77,
    });
    connector.hook({});
    await connector.sync();
    const { concrete, settings: first } = await serving();
    expect(first).toMatchObject({ 'index.refresh_interval': '5s', 'index.max_result_window': '11000' });
    await elasticsearch.indices.putSettings({ index: concrete, settings: { 'index.max_rescore_window': 99 } });
    // As a sync that was killed leaves it.
    const mapping = await elasticsearch.indices.getMapping({ index: concrete });
    const meta = mapping[concrete]?.mappings._meta ?? {};
    const restore = { 'index.refresh_interval': '5s', 'index.number_of_replicas': '1' };
    await elasticsearch.indices.putMapping({
      index: concrete,
      _meta: { ...meta, pgferry: { ...(meta['pgferry'] as object), restore } },
    });
    await elasticsearch.indices.putSettings({
      index: concrete,
      settings: { refresh_interval: '-1', number_of_replicas: 0 },
    });
    await putTemplate({
      'index.refresh_interval': '6s',
      'index.max_result_window': 12_000,
      'index.max_rescore_window': 78,
    });
    await rebuild();
    expect((await serving()).settings).toMatchObject({
      'index.refresh_interval': '6s',
      'index.max_result_window': '12000',
      'index.max_rescore_window': '99',
      'index.number_of_replicas': '1',
    });
  });

  test('no alias of a template that somebody took off, and no search finds a half of the new index by the others', async () => {
    const aliases = { [`${connector.index}-all`]: {}, [`${connector.index}-unwanted`]: {} };
    await putTemplate({}, aliases);
    await connector.sync();
    const { concrete } = await serving();
    await elasticsearch.indices.deleteAlias({ index: concrete, name: `${connector.index}-unwanted` });
    let during: unknown;
    connector.hook({
      before: {
        catchUpRelations: async () => {
          during = Object.keys(await elasticsearch.indices.getAlias({ name: `${connector.index}-all` }));
        },
      },
    });
    await rebuild();
    expect(during).toEqual([concrete]);
    const { aliases: after } = await serving();
    expect(Object.keys(after ?? {}).sort()).toEqual([connector.index, `${connector.index}-all`]);
  });

  test('from an index of 0.1.0, which kept no record, all that differs from templates and from pgferry', async () => {
    await putTemplate({ 'index.max_result_window': 11_000 });
    await connector.sync();
    const { concrete } = await serving();
    const kept = Object.entries((await serving()).mappings?._meta ?? {}).filter(([key]) => key !== 'created_with');
    const meta = Object.fromEntries(kept) as Record<string, unknown>;
    await elasticsearch.indices.putMapping({ index: concrete, _meta: meta });
    await elasticsearch.indices.putSettings({ index: concrete, settings: { refresh_interval: '9s' } });
    await putTemplate({ 'index.max_result_window': 11_000, 'index.max_rescore_window': 78 });
    await rebuild();
    expect((await serving()).settings).toMatchObject({
      'index.refresh_interval': '9s',
      'index.max_result_window': '11000',
      'index.max_rescore_window': '78',
    });
  });

  test('nothing that a search by an alias would fail on: its filter is tried before the first row is read', async () => {
    await connector.sync();
    const { concrete } = await serving();
    const filter = { range: { public_item_status: { gte: 'a', lt: 'b', format: 'yyyy' } } };
    await putAliases(concrete, { [`${connector.index}-odd`]: { filter } });
    await database.sql('alter table item alter status type int using length(status)');
    let copied = false;
    connector.hook({ before: { copyPartitions: () => Promise.resolve(void (copied = true)) } });
    await expect(rebuild()).rejects.toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringContaining(`${connector.index}-odd`) as string,
    });
    expect({ copied, left: await all() }).toEqual({ copied: false, left: [concrete] });
  });
});

describe('a plan of a rebuild', () => {
  test('names every value that loses with its source, and the sync says what stays behind before its first write', async () => {
    await putTemplate({ 'index.gc_deletes': '30s', 'index.max_result_window': 11_000 });
    connector.configure({ documents: { ...DOCUMENTS, mapping: { 'public.item.status': KEYWORD } } });
    await connector.sync();
    const { concrete } = await serving();
    await elasticsearch.indices.putSettings({
      index: concrete,
      settings: { 'index.max_result_window': 20_000, 'index.blocks.write': true },
    });
    await elasticsearch.indices.putMapping({
      index: concrete,
      properties: { public_item_status: { ...KEYWORD, ignore_above: 99 } },
    });
    const { lost, comesAlong } = (await connector.plan({ rebuild: true })).newIndex ?? { lost: [], comesAlong: [] };
    expect(lost.map(({ name, value, source }) => [name, value, source])).toEqual(
      expect.arrayContaining([
        ['index.gc_deletes', '30s', 'template'],
        ['index.max_result_window', '11000', 'template'],
        ['index.blocks.write', 'true', 'index'],
        ['field public_item_status ignore_above', '99', 'index'],
        ['field public_item_status', expect.stringContaining('"text"'), 'pgferry'],
      ]),
    );
    expect(lost).toHaveLength(5);
    expect(comesAlong).toEqual([`alias ${connector.index}`, 'index.max_result_window', 'field public_item_status']);
    const report = await rebuild();
    expect(report.notes).toEqual([
      'Stays behind: index.blocks.write true of the old index: a new index has to take writes.',
      'Stays behind: field public_item_status ignore_above 99 of the old index: documents.mapping says otherwise.',
    ]);
    expect(await all()).toEqual([(await serving()).concrete]);
  });

  test('says that an old index stays which a person made', async () => {
    const mine = `${connector.index}-mine`;
    await elasticsearch.indices.create({ index: mine, aliases: { [connector.index]: {} } });
    await connector.sync();
    const told = [expect.stringContaining(`The old index ${mine} stays, without aliases`)];
    expect((await connector.plan({ rebuild: true })).plan.notes).toEqual(told);
    expect((await rebuild()).notes).toEqual(told);
    expect(await all()).toEqual(expect.arrayContaining([mine, (await serving()).concrete]));
    expect(Object.keys((await elasticsearch.indices.get({ index: mine }))[mine]?.aliases ?? {})).toEqual([]);
  });
});
