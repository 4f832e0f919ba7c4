import type { Client } from '@elastic/elasticsearch';

import { countDeadLetters } from '../../../src/elasticsearch/dead-letters/count-dead-letters';
import type { DeadLetter } from '../../../src/elasticsearch/dead-letters/dead-letter';
import { listDeadLetters } from '../../../src/elasticsearch/dead-letters/list-dead-letters';
import { pruneDeadLetters } from '../../../src/elasticsearch/dead-letters/prune-dead-letters';
import { settleDeadLetters } from '../../../src/elasticsearch/dead-letters/settle-dead-letters';
import { writeDeadLetters } from '../../../src/elasticsearch/dead-letters/write-dead-letters';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

let client: Client;
let target: string;
let index: string;

beforeEach(async () => {
  client = connectElasticsearch();
  target = uniqueIndex();
  index = `${target}-rejected`;
  await client.indices.create({ index: target });
});

afterEach(async () => {
  await deleteIndices(client, target);
  await client.close();
});

const letter = (documentId: string, more: Partial<DeadLetter> = {}): DeadLetter => ({
  connectorId: 'shop',
  relation: 'public.item',
  documentId,
  errorType: 'document_parsing_exception',
  field: 'price',
  reason: 'Elasticsearch refused the document.',
  version: 10,
  jobId: 'job-1',
  ...more,
});

async function listIds(relation?: string): Promise<string[]> {
  const ids: string[] = [];
  const filter = { connectorId: 'shop', ...(relation === undefined ? {} : { relation }) };
  for await (const page of listDeadLetters(client, index, filter))
    ids.push(...page.map((found) => found.documentId ?? '?'));
  return ids.sort();
}

describe('dead letters', () => {
  test('come back as they were written, with their time', async () => {
    await writeDeadLetters(client, index, [letter('a')]);
    for await (const page of listDeadLetters(client, index, { connectorId: 'shop' })) {
      expect(page).toEqual([
        {
          ...letter('a'),
          id: expect.any(String) as string,
          timestamp: expect.stringMatching(/^\d{4}-.*Z$/u) as string,
        },
      ]);
    }
    expect(await listIds()).toEqual(['a']);
  });

  test('are written and removed whatever a template for the connector’s index says of pipelines, routing, blocks and aliases', async () => {
    const settings = {
      'index.default_pipeline': 'missing',
      'index.final_pipeline': 'missing',
      'index.blocks.write': true,
      'index.sort.field': ['shop'],
    };
    const mappings = {
      dynamic: 'strict' as const,
      _routing: { required: true },
      properties: { shop: { type: 'keyword' as const }, reason: { type: 'long' as const } },
    };
    await client.indices.putIndexTemplate({
      name: target,
      index_patterns: [`${target}-*`],
      priority: 500,
      template: { settings: settings, mappings, aliases: { [`${target}-shop`]: {} } },
    });
    try {
      await writeDeadLetters(client, index, [letter('a'), letter('b', { version: 20 })]);
      expect(await listIds()).toEqual(['a', 'b']);
      await pruneDeadLetters(client, index, { connectorId: 'shop', target, olderThan: 20 });
      expect(await listIds()).toEqual(['b']);
      expect(Object.keys((await client.indices.get({ index }))[index]?.aliases ?? {})).toEqual([]);
    } finally {
      await client.indices.deleteIndexTemplate({ name: target });
    }
  });

  test('are counted by relation, for one connector', async () => {
    await writeDeadLetters(client, index, [letter('a'), letter('b'), letter('c', { relation: 'public.other' })]);
    await writeDeadLetters(client, index, [letter('a', { connectorId: 'second' })]);
    expect(await countDeadLetters(client, index, 'shop')).toEqual(
      new Map([
        ['public.item', { rejected: 2, dropped: 0 }],
        ['public.other', { rejected: 1, dropped: 0 }],
      ]),
    );
    expect(await listIds('public.other')).toEqual(['c']);
  });

  test('of rows whose key cannot be read are told apart by their position', async () => {
    const { relation, errorType, version } = letter('x');
    const unreadable = { connectorId: 'shop', relation, errorType, reason: 'Unreadable.', version, jobId: 'job-1' };
    await writeDeadLetters(client, index, [
      { ...unreadable, position: 'block 7, 1st' },
      { ...unreadable, position: 'block 7, 2nd' },
    ]);
    await writeDeadLetters(client, index, [{ ...unreadable, position: 'block 7, 2nd' }]);
    expect(await listIds()).toEqual(['?', '?']);
  });

  test('many fit', async () => {
    await writeDeadLetters(
      client,
      index,
      Array.from({ length: 2_500 }, (_, n) => letter(`id-${n}`)),
    );
    expect((await listIds()).length).toBe(2_500);
  });

  test('of earlier syncs go when their relation was copied completely', async () => {
    await writeDeadLetters(client, index, [
      letter('old'),
      letter('new', { version: 20 }),
      letter('else', { relation: 'r' }),
    ]);
    const pruning = { connectorId: 'shop', relation: 'public.item', target, olderThan: 20 };
    expect(await pruneDeadLetters(client, index, pruning)).toBe(1);
    expect(await listIds()).toEqual(['else', 'new']);
  });

  test('go when their document is in the index after all', async () => {
    await writeDeadLetters(client, index, [letter('indexed since'), letter('still refused')]);
    await client.index({ index: target, id: 'indexed since', document: {} });
    expect(await pruneDeadLetters(client, index, { connectorId: 'shop', target })).toBe(1);
    expect(await listIds()).toEqual(['still refused']);
  });

  test('go where their row was read again later, and has none anew', async () => {
    await writeDeadLetters(client, index, [
      letter('mended'),
      letter('refused anew', { version: 20 }),
      letter('unread'),
    ]);
    const documentIds = ['mended', 'refused anew', 'never refused'];
    await settleDeadLetters(client, index, { connectorId: 'shop', relation: 'public.item', documentIds, version: 20 });
    await client.indices.refresh({ index });
    expect(await listIds()).toEqual(['refused anew', 'unread']);
    await settleDeadLetters(client, index, {
      connectorId: 'other',
      relation: 'public.item',
      documentIds: ['unread'],
      version: 20,
    });
    await client.indices.refresh({ index });
    expect(await listIds()).toEqual(['refused anew', 'unread']);
  });

  test('where there are none there need be no index', async () => {
    expect(await countDeadLetters(client, index, 'shop')).toEqual(new Map());
    await settleDeadLetters(client, index, {
      connectorId: 'shop',
      relation: 'public.item',
      documentIds: ['a'],
      version: 20,
    });
    expect(await pruneDeadLetters(client, index, { connectorId: 'shop', target })).toBe(0);
    expect(await client.indices.exists({ index })).toBe(false);
  });
});
