import type { Client } from '@elastic/elasticsearch';

import { type BulkWriter, createBulkWriter } from '../../../src/elasticsearch/bulk-writer/bulk-writer';
import { connectElasticsearch } from '../../../src/elasticsearch/connection/connect-elasticsearch';
import { countDeadLetters } from '../../../src/elasticsearch/dead-letters/count-dead-letters';
import { createIndex } from '../../../src/elasticsearch/index/create-index';
import { deadLetterIndexName } from '../../../src/elasticsearch/index/index-names';
import { refreshIndex } from '../../../src/elasticsearch/index/refresh-index';
import type { BulkOutcome } from '../../../src/sync/bulk-body';
import { idsIn, indexBody } from '../../support/bulk-body';
import { deleteIndices, elasticsearchUrl, uniqueIndex } from '../../support/elasticsearch';
import { type Fault, type FaultyProxy, type ProxiedRequest, startFaultyProxy } from '../../support/faulty-proxy';

let proxy: FaultyProxy;
let client: Client;
let alias: string;
let writer: BulkWriter;

beforeEach(async () => {
  proxy = await startFaultyProxy(elasticsearchUrl());
  client = connectElasticsearch({ host: proxy.url, verifyCerts: true, requestTimeoutMs: 2_000 });
  alias = uniqueIndex();
  const mapping = { dynamic: false, properties: { n: { type: 'long' } } };
  await createIndex(client, { alias, concrete: `${alias}-1`, mapping, totalFields: 10, loading: false });
  writer = createWriter();
});

afterEach(async () => {
  proxy.fault = () => undefined;
  await writer.close();
  await deleteIndices(client, alias);
  await client.close();
  await proxy.close();
});

function createWriter(retryForMs = 20_000): BulkWriter {
  const deadLetters = deadLetterIndexName({ index: alias });
  return createBulkWriter({
    client,
    target: alias,
    requireAlias: true,
    deadLetters,
    connectorId: 'shop',
    jobId: 'job-1',
    newestVersion: 1,
    retryForMs,
  });
}

/** Some bulks meet a fault, by their number from 0. */
function failBulks(isHit: (bulk: number, request: ProxiedRequest) => boolean, fault: Fault): void {
  let bulks = 0;
  proxy.fault = (request) => (request.url.includes('_bulk') && isHit(bulks++, request) ? fault : undefined);
}

async function write(count: number, text = ''): Promise<BulkOutcome> {
  const list = Array.from({ length: count }, (_, n) => ({ id: `id-${n}`, source: { n, text } }));
  const { acknowledged } = await writer.accept(indexBody(list), 'public.item');
  return acknowledged;
}

async function countAll(): Promise<number> {
  await refreshIndex(client, alias);
  return (await client.count({ index: alias })).count;
}

describe('whole requests that fail', () => {
  test.each<[string, Fault]>([
    [
      '429, too many requests',
      { status: 429, body: '{"error":{"type":"es_rejected_execution_exception"},"status":429}' },
    ],
    ['502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['503, unavailable', { status: 503 }],
    ['504, a time-out', { status: 504 }],
    ['a reset connection', 'reset'],
  ])('are sent again until they pass: %s', async (_, fault) => {
    failBulks((bulk) => bulk < 2, fault);
    expect(await write(100)).toMatchObject({ indexed: 100, rejected: 0 });
    expect(await countAll()).toBe(100);
  });

  test('an answer that is lost after the documents were written does no harm', async () => {
    failBulks((bulk) => bulk === 0, 'lose the answer');
    expect(await write(100)).toMatchObject({ indexed: 100, superseded: 0, rejected: 0 });
    expect(await countAll()).toBe(100);
  });

  test('pushing back makes requests smaller', async () => {
    // The first bodies are small anyway.
    for (let body = 0; body < 4; body += 1) await write(10);
    const before = writer.targetBytes();
    failBulks((bulk) => bulk < 1, { status: 429 });
    await write(10);
    expect(writer.targetBytes()).toBeLessThan(before);
  });

  test.each<[string, Fault]>([
    ['413', { status: 413 }],
    ['a reset connection', 'reset'],
  ])('bodies too large for a proxy are cut until they pass: %s', async (_, fault) => {
    failBulks((_bulk, { body }) => body.length > 10_000, fault);
    expect(await write(100, 'x'.repeat(300))).toMatchObject({ indexed: 100, rejected: 0 });
    expect(await countAll()).toBe(100);
  });

  test('a document that is too large on its own becomes a dead letter', async () => {
    failBulks((_bulk, { body }) => body.includes('too large'), { status: 413 });
    expect(await write(1, 'too large')).toMatchObject({ indexed: 0, rejected: 1 });
    expect(await countDeadLetters(client, deadLetterIndexName({ index: alias }), 'shop')).toEqual(
      new Map([['public.item', { rejected: 1, dropped: 0 }]]),
    );
  });

  test('a server that stays away is a failure that can be retried, after the agreed time', async () => {
    await writer.close();
    writer = createWriter(500);
    failBulks(() => true, { status: 503 });
    await expect(write(10)).rejects.toMatchObject({ type: 'DestinationUnavailable', retryable: true });
  });

  test('a server that does not answer is a failure that can be retried', async () => {
    await writer.close();
    await proxy.close();
    writer = createWriter(500);
    await expect(write(10)).rejects.toMatchObject({ type: 'DestinationUnavailable', retryable: true });
    proxy = await startFaultyProxy(elasticsearchUrl());
    client = connectElasticsearch({ host: proxy.url, verifyCerts: true, requestTimeoutMs: 2_000 });
  });

  test.each([
    [401, 'DestinationAuthentication'],
    [403, 'DestinationPermission'],
  ])('%d ends the sync at once', async (status, type) => {
    let requests = 0;
    failBulks(() => (requests += 1) > 0, { status, body: '{"error":{"type":"security_exception"}}' });
    await expect(write(10)).rejects.toMatchObject({ type, retryable: false });
    expect(requests).toBe(1);
  });
});

test('single items that are refused are sent again alone', async () => {
  const sent: string[][] = [];
  const items = [
    { index: { status: 201 } },
    { index: { status: 429, error: { type: 'es_rejected_execution_exception' } } },
  ];
  failBulks(
    (bulk, { body }) => {
      sent.push(idsIn(body));
      return bulk === 0;
    },
    { status: 200, body: JSON.stringify({ errors: true, took: 1, items }) },
  );
  expect(await write(2)).toMatchObject({ indexed: 2, rejected: 0 });
  expect(sent).toEqual([['id-0', 'id-1'], ['id-1']]);
});
