import type { estypes } from '@elastic/elasticsearch';

import { countElasticDocuments, deleteElasticDocuments } from '../../../src/elasticsearch/documents/elastic-documents';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

const client = connectElasticsearch();
const index = uniqueIndex('elastic');

afterEach(() => deleteIndices(client, index));
afterAll(() => client.close());

const TEXT: estypes.MappingProperty = { type: 'text' };
const ANY_CASE: estypes.MappingProperty = { type: 'keyword', normalizer: 'lowercase' };
const EXACT: estypes.MappingProperty = { type: 'text', fields: { keyword: { type: 'keyword' } } };

test.each([
  ['texts', TEXT],
  ['keywords in any case', ANY_CASE],
  ['texts with a keyword', EXACT],
])('documents of Elastic’s connector, and no others, are found where its fields are %s', async (_, mapping) => {
  const properties = { id: mapping, database: mapping, schema: mapping, table: mapping };
  await client.indices.create({ index, mappings: { properties } });
  const hashed = 'd41d8cd98f00b204e9800998ecf8427e';
  const common = { database: 'shop', schema: 'public', table: 'goods' };
  const documents: Record<string, object> = {
    shop_public_goods_1_: common,
    [hashed]: common,
    'of another database, by words': { ...common, database: 'shop two' },
    'of another database, by case': { ...common, database: 'SHOP' },
    shop_sales_goods_1_: { ...common, schema: 'sales' },
    'of a person': { name: 'shop public' },
    'of pgferry': { ...common, _relation: 'c/public.goods' },
  };
  const operations = Object.entries(documents).flatMap(([id, document]) => [
    { index: { _id: id } },
    { id, ...document },
  ]);
  await client.bulk({ index, operations, refresh: true });
  const theirs = { index, properties: properties as never, database: 'shop', schemas: ['public'] };
  expect(await countElasticDocuments(client, theirs)).toBe(2);
  expect(await deleteElasticDocuments(client, theirs)).toBe(2);
  await client.indices.refresh({ index });
  expect(await countElasticDocuments(client, theirs)).toBe(0);
  expect((await client.count({ index })).count).toBe(Object.keys(documents).length - 2);
});
