import type { Client } from '@elastic/elasticsearch';

import { createIndex } from '../../../src/elasticsearch/index/create-index';
import { readState, writeState } from '../../../src/elasticsearch/index/state-store';
import type { IndexState, RelationState } from '../../../src/sync/index-state';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

let client: Client;
const alias = uniqueIndex('large');
const concrete = `${alias}-1`;

beforeAll(async () => {
  client = connectElasticsearch();
  const mapping = { dynamic: false, properties: { _relation: { type: 'keyword' } } } as const;
  await createIndex(client, { alias, concrete, mapping, totalFields: 1, loading: false });
});
afterAll(async () => {
  await deleteIndices(client, alias);
  await client.close();
});

function relations(count: number, leavesEach: number): Record<string, RelationState> {
  const leavesOf = (n: number) =>
    Object.fromEntries(
      Array.from({ length: leavesEach }, (_, leaf) => [20_000 + n * leavesEach + leaf, 30_000 + leaf]),
    );
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `tenant_${n % 100}.customer_orders_history_${n}`,
      { watermark: '1234567890', definition: (n * 65_537).toString(16).padStart(16, '0'), leaves: leavesOf(n) },
    ]),
  );
}

describe('the state in the index', () => {
  test.each([
    ['5,000 relations', relations(5_000, 1)],
    ['10,000 partitions of one relation', relations(1, 10_000)],
  ])('of %s is kept, and takes seconds to save at most', async (_, known) => {
    const state: IndexState = { connectors: { shop: { version: 1, relations: known } } };
    const started = performance.now();
    await writeState(client, concrete, () => state);
    const seconds = (performance.now() - started) / 1_000;
    expect(await readState(client, concrete)).toEqual(state);
    expect(seconds).toBeLessThan(30);
  });
});
