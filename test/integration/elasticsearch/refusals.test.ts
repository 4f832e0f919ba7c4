import type { Client } from '@elastic/elasticsearch';

import { translateFailures } from '../../../src/elasticsearch/answers/translate-failure';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

let client: Client;
let index: string;

beforeEach(() => {
  client = connectElasticsearch();
  index = uniqueIndex();
});
afterEach(async () => {
  await client.indices.deleteIndexTemplate({ name: index }, { ignore: [404] });
  await deleteIndices(client, index);
  await client.close();
});

const asking = (request: () => Promise<unknown>) => translateFailures('what the test asks', request);

test('an index that is closed', async () => {
  await client.indices.create({ index });
  await client.indices.close({ index });
  await expect(asking(() => client.search({ index }))).rejects.toMatchObject({ type: 'IndexClosed' });
});

test('a page larger than the index allows', async () => {
  await client.indices.create({ index, settings: { max_result_window: 10 } });
  await expect(asking(() => client.search({ index, size: 11 }))).rejects.toMatchObject({
    type: 'SearchLimit',
    message: expect.stringMatching(/or equal to: \[10\]/u) as string,
  });
});

test('more fields than the index allows', async () => {
  await client.indices.create({ index, settings: { 'index.mapping.total_fields.limit': 1 } });
  const properties = { a: { type: 'long' as const }, b: { type: 'long' as const } };
  await expect(asking(() => client.indices.putMapping({ index, properties }))).rejects.toMatchObject({
    type: 'MappingLimit',
  });
});

test('a template that makes data streams only', async () => {
  await client.indices.putIndexTemplate({ name: index, index_patterns: [index], data_stream: {}, priority: 900 });
  await expect(asking(() => client.indices.create({ index }))).rejects.toMatchObject({
    type: 'InvalidConfig',
    message: expect.stringContaining(index) as string,
  });
});

test('a setting that Elasticsearch does not know is no conflict of mappings', async () => {
  await expect(asking(() => client.indices.create({ index, settings: { no_such: 1 } }))).rejects.toMatchObject({
    type: 'DestinationRefused',
    message: expect.stringContaining('index.no_such') as string,
  });
});
