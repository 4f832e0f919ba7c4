import { Client } from '@elastic/elasticsearch';

import { countByRelation, countDocuments } from '../../../src/elasticsearch/documents/count-documents';
import { digestDocuments } from '../../../src/elasticsearch/documents/digest-documents';
import { type IdScan, scanIds } from '../../../src/elasticsearch/documents/scan-ids';
import { refreshIndex } from '../../../src/elasticsearch/index/refresh-index';
import { relationField } from '../../../src/sync/relation';
import { connectElasticsearch, deleteIndices, elasticsearchUrl, uniqueIndex } from '../../support/elasticsearch';
import { startFaultyProxy } from '../../support/faulty-proxy';

const COUNT = 25_000;
const hashOf = (n: number) => (n % 2 === 0 ? 2_147_483_647 - n : n - 2_147_483_648);

let client: Client;
let index: string;
let unrefreshed: number;

beforeAll(async () => {
  client = connectElasticsearch();
  index = uniqueIndex();
  const properties = {
    _relation: { type: 'keyword' as const },
    _bucket: { type: 'integer' as const },
    _id_hash: { type: 'integer' as const, index: false },
  };
  const settings = { 'index.refresh_interval': '-1', 'index.number_of_shards': 2 };
  await client.indices.create({ index, settings, mappings: { dynamic: false, properties } });
  const operations = Array.from({ length: COUNT }, (_, n) => [
    { index: { _id: `id-${n}` } },
    { _relation: n % 5 === 0 ? 'shop/public.b' : 'shop/public.a', _bucket: n % 1_024, _id_hash: hashOf(n) },
  ]).flat();
  await client.bulk({ index, operations });
  await client.index({ index, id: 'other', document: { _relation: 'shop-2/public.a', _bucket: 1 } });
  unrefreshed = await countDocuments(client, index, 'shop', 'public.a');
  await refreshIndex(client, index);
});

afterAll(async () => {
  await deleteIndices(client, index);
  await client.close();
});

async function scan(options: Partial<IdScan> = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of scanIds(client, { index, relationField: 'shop/public.a', ...options })) ids.push(...page);
  return ids;
}

const expected = Array.from({ length: COUNT }, (_, n) => n).filter((n) => n % 5 !== 0);

describe('comparing the index', () => {
  test('sees nothing before a refresh, and everything after it', async () => {
    expect(unrefreshed).toBe(0);
    expect(await countDocuments(client, index, 'shop', 'public.a')).toBe(expected.length);
  });

  test('asks for no more at a time than the index allows', async () => {
    await client.indices.putSettings({ index, settings: { 'index.max_result_window': 3_000 } });
    expect((await scan()).length).toBe(expected.length);
    await client.indices.putSettings({ index, settings: { 'index.max_result_window': null } });
  });

  test('takes a refresh that failed on a shard for a failure, although Elasticsearch answers 200', async () => {
    const proxy = await startFaultyProxy(elasticsearchUrl());
    const body = JSON.stringify({ _shards: { total: 4, successful: 1, failed: 1 } });
    proxy.fault = ({ url }) => (url.endsWith('/_refresh') ? { status: 200, body } : undefined);
    const throughProxy = new Client({ node: proxy.url });
    await expect(refreshIndex(throughProxy, index)).rejects.toMatchObject({
      type: 'DestinationUnavailable',
      retryable: true,
    });
    await throughProxy.close();
    await proxy.close();
  });

  test('sums up the ids of a relation by bucket, to the last digit', async () => {
    const sums = new Map<number, { ids: number; sum: number }>();
    for (const n of expected) {
      const { ids, sum } = sums.get(n % 1_024) ?? { ids: 0, sum: 0 };
      sums.set(n % 1_024, { ids: ids + 1, sum: sum + hashOf(n) });
    }
    expect(await digestDocuments(client, { index, relationField: 'shop/public.a' })).toEqual(sums);
    expect(await digestDocuments(client, { index, relationField: 'shop/public.none' })).toEqual(new Map());
  });

  test('counts and sums up by pages as small as the cluster allows', async () => {
    const setLimit = (limit: number | null) =>
      client.cluster.putSettings({ persistent: { 'search.max_buckets': limit } });
    const ask = async () => [
      await digestDocuments(client, { index, relationField: 'shop/public.a' }),
      await countByRelation(client, index, 'shop'),
    ];
    const unlimited = await ask();
    try {
      await setLimit(100);
      expect(await ask()).toEqual(unlimited);
    } finally {
      await setLimit(null);
    }
  });

  test.each([
    ['without a bucket', {}, 0],
    ['with a bucket that there is not', { _bucket: 70_000 }, 1_023],
  ])('a document %s makes the bucket that it is scanned with unlike any other', async (_, fields, bucket) => {
    const relationField = `odd-${bucket}/public.a`;
    const _relation = relationField;
    const operations = [fields, { _bucket: bucket, _id_hash: 1 }].flatMap((own) => [
      { index: {} },
      { _relation, ...own },
    ]);
    await client.bulk({ index, operations, refresh: true });
    const digest = await digestDocuments(client, { index, relationField });
    expect(digest).toEqual(new Map([[bucket, { ids: 2, sum: NaN }]]));
  });

  test('scans every id of a relation once, over several pages', async () => {
    const ids = await scan();
    expect(ids).toHaveLength(expected.length);
    expect(new Set(ids)).toEqual(new Set(expected.map((n) => `id-${n}`)));
  });

  test('scans the ids of a range of buckets', async () => {
    const ids = await scan({ buckets: [{ from: 100, to: 200 }] });
    const inRange = expected.filter((n) => n % 1_024 >= 100 && n % 1_024 < 200);
    expect(new Set(ids)).toEqual(new Set(inRange.map((n) => `id-${n}`)));
  });

  test('scans the ids of several ranges of buckets in one go', async () => {
    const ids = await scan({
      buckets: [
        { from: 3, to: 4 },
        { from: 1_000, to: 1_024 },
      ],
    });
    const inRanges = expected.filter((n) => n % 1_024 === 3 || n % 1_024 >= 1_000);
    expect(ids).toHaveLength(inRanges.length);
    expect(new Set(ids)).toEqual(new Set(inRanges.map((n) => `id-${n}`)));
  });

  test('a relation without documents has no ids', async () => {
    expect(await scan({ relationField: relationField('shop', 'public.none') })).toEqual([]);
  });

  test('documents that are deleted while it scans do not shift its pages', async () => {
    const ids: string[] = [];
    for await (const page of scanIds(client, { index, relationField: 'shop/public.b' })) {
      ids.push(...page);
      await client.delete({ index, id: page[0] ?? '', refresh: true });
      await client.index({
        index,
        id: page[0] ?? '',
        document: { _relation: 'shop/public.b', _bucket: 0 },
        refresh: true,
      });
    }
    expect(new Set(ids).size).toBe(COUNT / 5);
  });

  test('a scan that is left early frees its point in time', async () => {
    for await (const page of scanIds(client, { index, relationField: 'shop/public.a' })) {
      expect(page).toHaveLength(5_000);
      break;
    }
    const stats = await client.indices.stats({ index, metric: 'search' });
    expect(stats._all.total?.search?.open_contexts).toBe(0);
  });

  test('counts the documents of each relation of one connector only', async () => {
    expect(await countByRelation(client, index, 'shop')).toEqual(
      new Map([
        ['public.a', expected.length],
        ['public.b', COUNT / 5],
      ]),
    );
  });

  test('counts more relations than fit one page', async () => {
    const many = uniqueIndex();
    await client.indices.create({ index: many, mappings: { properties: { _relation: { type: 'keyword' } } } });
    const operations = Array.from({ length: 2_500 }, (_, n) => [{ index: {} }, { _relation: `shop/t${n}` }]).flat();
    await client.bulk({ index: many, operations, refresh: true });
    expect((await countByRelation(client, many, 'shop')).size).toBe(2_500);
    await deleteIndices(client, many);
  });
});
