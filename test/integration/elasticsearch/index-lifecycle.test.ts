import type { Client } from '@elastic/elasticsearch';

import { createIndex, type NewIndex } from '../../../src/elasticsearch/index/create-index';
import { deleteIndex } from '../../../src/elasticsearch/index/delete-index';
import { describeIndex, type IndexDescription } from '../../../src/elasticsearch/index/describe-index';
import { extendIndex } from '../../../src/elasticsearch/index/extend-index';
import { concreteIndexName } from '../../../src/elasticsearch/index/index-names';
import { restoreSettings } from '../../../src/elasticsearch/index/load-mode';
import { readState, writeState } from '../../../src/elasticsearch/index/state-store';
import { findAbandonedIndices } from '../../../src/elasticsearch/replacement/find-abandoned-indices';
import { replaceIndex } from '../../../src/elasticsearch/replacement/replace-index';
import { swapAlias } from '../../../src/elasticsearch/replacement/swap-alias';
import type { FieldMapping } from '../../../src/sync/field-mapping';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

let client: Client;
let alias: string;

beforeEach(() => {
  client = connectElasticsearch();
  alias = uniqueIndex();
});

afterEach(async () => {
  await deleteIndices(client, alias);
  await client.close();
});

const properties = {
  title: { type: 'text', fields: { keyword: { type: 'keyword' } } },
  _relation: { type: 'keyword' },
};

function newIndex(options: Partial<NewIndex> = {}): NewIndex {
  const concrete = concreteIndexName(alias, 'run-1');
  return { alias, concrete, mapping: { dynamic: false, properties }, totalFields: 10, loading: false, ...options };
}

async function describeExisting(name = alias): Promise<IndexDescription> {
  const description = await describeIndex(client, name);
  if (description === undefined) throw new Error(`no index ${name}`);
  return description;
}

const extend = async (wanted: Record<string, FieldMapping>, totalFields = 10) =>
  extendIndex(client, await describeExisting(), { mapping: { dynamic: false, properties: wanted }, totalFields });

describe('describing an index', () => {
  test('a name that nothing has is no index', async () => {
    expect(await describeIndex(client, alias)).toBeUndefined();
  });

  test('an alias over several indices is refused, with their names', async () => {
    for (const suffix of ['a', 'b']) {
      await client.indices.create({ index: `${alias}-${suffix}`, aliases: { [alias]: {} } });
    }
    await expect(describeIndex(client, alias)).rejects.toMatchObject({
      type: 'DestinationChanged',
      message: expect.stringContaining(`${alias}-a, ${alias}-b`) as string,
    });
  });

  test.each(['*', 'a,b', '_all', '-a'])('%s is no name of one index', async (name) => {
    await expect(describeIndex(client, name)).rejects.toMatchObject({ type: 'InvalidConfig' });
  });
});

describe('creating an index', () => {
  test('makes it behind the alias, remembering deletions for an hour and guessing no field', async () => {
    const created = await createIndex(client, newIndex());
    expect(created).toEqual(await describeExisting());
    expect(created).toMatchObject({ name: alias, concrete: `${alias}-run-1`, viaAlias: true, isOwn: true, properties });
    expect(created.settings['index.gc_deletes']).toBe('1h');
    expect(created.settings['index.mapping.total_fields.limit']).toBe('1000');
    const { [created.concrete]: found } = await client.indices.getMapping({ index: alias });
    expect(String(found?.mappings.dynamic)).toBe('false');
  });

  test('creating it again is harmless', async () => {
    const first = await createIndex(client, newIndex({ loading: true }));
    expect(await createIndex(client, newIndex({ loading: true }))).toEqual(first);
  });

  test('an index of somebody else with that name is not taken over', async () => {
    await client.indices.create({ index: `${alias}-run-1` });
    await expect(createIndex(client, newIndex())).rejects.toMatchObject({ type: 'InvalidConfig' });
  });

  test.each(['UPPER', 'a b', 'a#b'])('the name %s is an error of the configuration', async (name) => {
    await expect(createIndex(client, newIndex({ alias: name, concrete: `${name}-1` }))).rejects.toMatchObject({
      type: 'InvalidConfig',
    });
  });

  test('a mapping that Elasticsearch does not know is a conflict that names the field', async () => {
    const mapping = { dynamic: false, properties: { place: { type: 'no_such_type' } } };
    await expect(createIndex(client, newIndex({ mapping }))).rejects.toMatchObject({
      type: 'MappingConflict',
      message: expect.stringContaining('place') as string,
    });
  });

  test('vectors stay in the documents', async () => {
    const mapping = { dynamic: false, properties: { v: { type: 'dense_vector', dims: 3 } } };
    await createIndex(client, newIndex({ mapping }));
    await client.index({ index: alias, id: '1', document: { v: [1, 2, 3] }, refresh: true });
    const found = await client.search({ index: alias });
    expect(found.hits.hits[0]?._source).toEqual({ v: [1, 2, 3] });
  });

  test('more fields than usual are allowed as needed', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`f${n}`, { type: 'keyword' }]));
    const created = await createIndex(client, newIndex({ mapping: { dynamic: false, properties: many } }));
    expect(created.settings['index.mapping.total_fields.limit']).toBe('1500');
  });
});

describe('settings for the first load', () => {
  test('are put back as an index template has them, and only once', async () => {
    const settings = { 'index.refresh_interval': '7s', 'index.number_of_replicas': 3 };
    const template = { name: alias, index_patterns: [`${alias}-*`], priority: 500, template: { settings } };
    await client.indices.putIndexTemplate(template);
    try {
      const { concrete, settings: loading } = await createIndex(client, newIndex({ loading: true }));
      expect(loading).toMatchObject({ 'index.refresh_interval': '-1', 'index.number_of_replicas': '0' });
      expect(await restoreSettings(client, concrete)).toBe(true);
      const restored = await describeExisting();
      expect(restored.settings).toMatchObject({ 'index.refresh_interval': '7s', 'index.number_of_replicas': '3' });
      expect(restored.state.restore).toBeUndefined();
      expect(await restoreSettings(client, concrete)).toBe(false);
    } finally {
      await client.indices.deleteIndexTemplate({ name: alias });
    }
  });

  test('are forgotten where nothing was set, and an index that is gone is no error', async () => {
    const { concrete } = await createIndex(client, newIndex({ loading: true }));
    await restoreSettings(client, concrete);
    expect((await describeExisting()).settings['index.refresh_interval']).toBeUndefined();
    await client.indices.delete({ index: concrete });
    expect(await restoreSettings(client, concrete)).toBe(false);
  });
});

describe('extending an index that is there', () => {
  test('adds what it lacks and leaves what it has', async () => {
    const mappings = { _meta: { owner: 'team' }, properties: { theirs: { type: 'geo_point' as const } } };
    await client.indices.create({ index: alias, mappings });
    await extend(properties, 2_000);
    const { settings, properties: fields, isOwn, viaAlias } = await describeExisting();
    expect(fields).toEqual({ ...properties, theirs: { type: 'geo_point' } });
    expect(settings).toMatchObject({ 'index.gc_deletes': '1h', 'index.mapping.total_fields.limit': '2000' });
    expect({ isOwn, viaAlias }).toEqual({ isOwn: false, viaAlias: false });
  });

  test('a field of another type is a conflict that names field and types, and changes nothing', async () => {
    await createIndex(client, newIndex());
    const before = await describeExisting();
    await expect(extend({ title: { type: 'long' }, more: { type: 'long' } })).rejects.toMatchObject({
      type: 'MappingConflict',
      message: expect.stringContaining('title is text, needs long') as string,
    });
    expect(await describeExisting()).toEqual(before);
  });

  test('a column that is added to a composite type is added to its object', async () => {
    await client.indices.create({
      index: alias,
      mappings: { properties: { o: { properties: { a: { type: 'long' } } } } },
    });
    await extend({ o: { properties: { a: { type: 'long' }, b: { type: 'keyword' } } } });
    expect((await describeExisting()).properties).toMatchObject({ o: { properties: { b: { type: 'keyword' } } } });
  });
});

describe('the state in the index', () => {
  const stateOf = (version: number) => ({ version, relations: { 'public.item': { watermark: '42' } } });

  test('lives beside what others keep in _meta', async () => {
    await client.indices.create({ index: alias, mappings: { _meta: { owner: 'team' } } });
    await writeState(client, alias, (state) => ({ ...state, connectors: { ...state.connectors, shop: stateOf(7) } }));
    expect(await readState(client, alias)).toEqual({ connectors: { shop: stateOf(7) } });
    const { [alias]: found } = await client.indices.getMapping({ index: alias });
    expect(found?.mappings._meta).toMatchObject({ owner: 'team' });
  });

  test('connectors that write it at the same moment do not lose each other', async () => {
    await createIndex(client, newIndex());
    const ids = ['a', 'b', 'c', 'd'];
    await Promise.all(
      ids.map((id, n) =>
        writeState(client, `${alias}-run-1`, (state) => ({
          ...state,
          connectors: { ...state.connectors, [id]: stateOf(n) },
        })),
      ),
    );
    const { connectors } = await readState(client, `${alias}-run-1`);
    expect(Object.keys(connectors).sort()).toEqual(ids);
  });

  test('what is no state counts as none', async () => {
    await client.indices.create({ index: alias, mappings: { _meta: { pgferry: { connectors: { shop: 'broken' } } } } });
    expect(await readState(client, alias)).toEqual({ connectors: {} });
  });
});

describe('rebuilding', () => {
  const rebuilt = () => createIndex(client, newIndex({ concrete: `${alias}-run-2`, behindAlias: false }));
  const swap = (from: string) => swapAlias(client, { alias, from, to: `${alias}-run-2`, connectorId: 'shop' });

  test('swaps the alias in one step, twice without harm, and deletes the old index only then', async () => {
    const { concrete } = await createIndex(client, newIndex());
    await rebuilt();
    expect(await deleteIndex(client, concrete)).toBe(false);
    await swap(concrete);
    await swap(concrete);
    expect((await describeExisting()).concrete).toBe(`${alias}-run-2`);
    expect(await findAbandonedIndices(client, alias)).toEqual([concrete]);
    expect(await deleteIndex(client, concrete)).toBe(true);
    expect(await deleteIndex(client, concrete)).toBe(false);
  });

  test('broken off after the swap, it deletes the old index when it is tried again', async () => {
    const { concrete } = await createIndex(client, newIndex());
    await rebuilt();
    await swap(concrete);
    await replaceIndex(client, { alias, to: `${alias}-run-2`, connectorId: 'shop' });
    expect(await describeIndex(client, concrete)).toBeUndefined();
    expect((await describeExisting()).concrete).toBe(`${alias}-run-2`);
  });

  test('deletes what rebuilds left that were broken off for good, and nothing of others', async () => {
    await createIndex(client, newIndex());
    await createIndex(client, newIndex({ concrete: `${alias}-run-0`, behindAlias: false }));
    await client.indices.create({ index: `${alias}-by-hand` });
    await createIndex(client, newIndex({ alias: `${alias}-by`, concrete: `${alias}-by-x`, behindAlias: false }));
    await rebuilt();
    await replaceIndex(client, { alias, to: `${alias}-run-2`, connectorId: 'shop' });
    const left = Object.keys(await client.indices.get({ index: `${alias}-*` })).sort();
    expect(left).toEqual([`${alias}-by-hand`, `${alias}-by-x`, `${alias}-run-2`]);
  });

  test('serves, too, where nothing had the name before', async () => {
    await rebuilt();
    await replaceIndex(client, { alias, to: `${alias}-run-2`, connectorId: 'shop' });
    expect(await describeExisting()).toMatchObject({ viaAlias: true, concrete: `${alias}-run-2` });
  });

  test('never takes the place of an index that is no alias', async () => {
    await client.indices.create({ index: alias });
    await rebuilt();
    await expect(swap(alias)).rejects.toMatchObject({ type: 'InvalidConfig' });
    expect(await describeExisting()).toMatchObject({ viaAlias: false });
  });

  test('never loses documents of others', async () => {
    const { concrete } = await createIndex(client, newIndex());
    await client.index({ index: alias, id: '1', document: { _relation: 'other/public.item' } });
    await client.index({ index: alias, id: '2', document: { title: 'by hand' } });
    await rebuilt();
    await expect(swap(concrete)).rejects.toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringContaining('holds 2 documents') as string,
    });
    expect((await describeExisting()).concrete).toBe(concrete);
  });

  test('an index that pgferry did not make is never deleted', async () => {
    await client.indices.create({ index: alias });
    expect(await deleteIndex(client, alias)).toBe(false);
    expect(await client.indices.exists({ index: alias })).toBe(true);
  });
});
