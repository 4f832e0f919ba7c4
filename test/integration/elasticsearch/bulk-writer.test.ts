import type { Client } from '@elastic/elasticsearch';

import { type BulkWriter, createBulkWriter } from '../../../src/elasticsearch/bulk-writer/bulk-writer';
import type { BulkWriterOptions } from '../../../src/elasticsearch/bulk-writer/bulk-writer-options';
import { listDeadLetters, type StoredDeadLetter } from '../../../src/elasticsearch/dead-letters/list-dead-letters';
import { createIndex } from '../../../src/elasticsearch/index/create-index';
import { concreteIndexName, deadLetterIndexName } from '../../../src/elasticsearch/index/index-names';
import { refreshIndex } from '../../../src/elasticsearch/index/refresh-index';
import type { BulkBody, BulkOutcome } from '../../../src/sync/bulk-body';
import { deleteBody } from '../../../src/sync/bulk-item';
import { indexBody } from '../../support/bulk-body';
import { connectElasticsearch, deleteIndices, uniqueIndex } from '../../support/elasticsearch';

const VERSION = 1_000;
const properties = { n: { type: 'long' }, _relation: { type: 'keyword' } };

let client: Client;
let alias: string;
let concrete: string;
let writer: BulkWriter;

beforeEach(async () => {
  client = connectElasticsearch();
  alias = uniqueIndex();
  concrete = concreteIndexName(alias, 'run-1');
  await createIndex(client, {
    alias,
    concrete,
    mapping: { dynamic: false, properties },
    totalFields: 10,
    loading: false,
  });
  writer = createWriter();
});

afterEach(async () => {
  await writer.close();
  await deleteIndices(client, alias);
  await client.close();
});

function createWriter(options: Partial<BulkWriterOptions> = {}): BulkWriter {
  return createBulkWriter({
    client,
    target: alias,
    requireAlias: true,
    deadLetters: deadLetterIndexName({ index: alias }),
    connectorId: 'shop',
    jobId: 'job-1',
    newestVersion: VERSION + 99,
    ...options,
  });
}

async function write(body: BulkBody, by = writer): Promise<BulkOutcome> {
  const { acknowledged } = await by.accept(body, 'public.item');
  return acknowledged;
}

const documents = (count: number, version = VERSION, n: unknown = 1) =>
  indexBody(Array.from({ length: count }, (_, index) => ({ id: `id-${index}`, source: { n }, version })));

async function countAll(): Promise<number> {
  await refreshIndex(client, alias);
  return (await client.count({ index: alias })).count;
}

async function deadLetters(): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = [];
  for await (const page of listDeadLetters(client, deadLetterIndexName({ index: alias }), { connectorId: 'shop' }))
    letters.push(...page);
  return letters;
}

describe('writing documents', () => {
  test('every document is in the index once it is acknowledged', async () => {
    const body = documents(500);
    expect(await write(body)).toEqual({
      indexed: 500,
      deleted: 0,
      dropped: 0,
      superseded: 0,
      rejected: 0,
      bytes: body.bytes.length,
    });
    expect(await countAll()).toBe(500);
  });

  test('writing the same again changes nothing', async () => {
    await write(documents(10));
    expect(await write(documents(10))).toMatchObject({ indexed: 10 });
    expect(await countAll()).toBe(10);
  });

  test('a write of an earlier pass that arrives late is superseded', async () => {
    await write(documents(1, VERSION + 1, 2));
    expect(await write(documents(1, VERSION, 1))).toMatchObject({ indexed: 0, superseded: 1 });
    expect((await client.get({ index: alias, id: 'id-0' }))._source).toEqual({ n: 2 });
  });

  test('a deletion holds against an earlier write that arrives late', async () => {
    await write(documents(1));
    expect(await write(deleteBody(['id-0', 'never-there'], VERSION + 1))).toMatchObject({
      deleted: 1,
      superseded: 1,
    });
    expect(await write(documents(1, VERSION))).toMatchObject({ superseded: 1 });
    expect(await countAll()).toBe(0);
  });

  test('a deletion leaves a document that a later write has given a newer version', async () => {
    await write(documents(1, VERSION + 1));
    expect(await write(deleteBody(['id-0'], VERSION))).toMatchObject({ deleted: 0, superseded: 1 });
    expect(await countAll()).toBe(1);
  });

  test('documents that somebody else writes with newer versions end the sync', async () => {
    await write(documents(1, VERSION + 5_000));
    await expect(write(documents(1))).rejects.toMatchObject({ type: 'DestinationChanged', retryable: false });
  });

  test('ids of any characters come back as they were', async () => {
    const id = 'shop:a.b:"quoted"\\ %2F ü 漢 😀';
    await write(indexBody([{ id, source: { n: 1 }, version: VERSION }]));
    expect(await write(deleteBody([id], VERSION))).toMatchObject({ deleted: 1 });
  });

  test('several bodies are in flight, and flush waits for all of them', async () => {
    const accepted = [];
    for (let part = 0; part < 10; part += 1) {
      const body = indexBody(
        Array.from({ length: 100 }, (_, index) => ({ id: `${part}-${index}`, source: { n: index }, version: VERSION })),
      );
      accepted.push(await writer.accept(body, 'public.item'));
    }
    await writer.flush();
    expect(await countAll()).toBe(1_000);
    const outcomes = await Promise.all(accepted.map(({ acknowledged }) => acknowledged));
    expect(outcomes.every(({ indexed }) => indexed === 100)).toBe(true);
  });
});

describe('documents that Elasticsearch refuses', () => {
  test('become dead letters without a value, and the others are indexed', async () => {
    const body = indexBody([
      { id: 'good', source: { n: 1 }, version: VERSION },
      { id: 'bad', source: { n: 'secret value' }, version: VERSION },
    ]);
    expect(await write(body)).toMatchObject({ indexed: 1, rejected: 1 });
    const letters = await deadLetters();
    expect(letters).toMatchObject([
      {
        connectorId: 'shop',
        relation: 'public.item',
        documentId: 'bad',
        errorType: 'document_parsing_exception',
        field: 'n',
        version: VERSION,
        jobId: 'job-1',
      },
    ]);
    expect(JSON.stringify(letters)).not.toContain('secret');
  });

  test('leave no older version of themselves in the index', async () => {
    await write(documents(2));
    await write(indexBody([{ id: 'id-0', source: { n: 'bad' }, version: VERSION + 1 }]));
    expect(await countAll()).toBe(1);
    await expect(client.get({ index: alias, id: 'id-0' })).rejects.toMatchObject({ statusCode: 404 });
  });

  test('have one dead letter, however often they are refused', async () => {
    await write(documents(1, VERSION, 'bad'));
    await write(documents(1, VERSION + 1, 'bad'));
    expect(await deadLetters()).toMatchObject([{ documentId: 'id-0', version: VERSION + 1 }]);
  });

  test('with an id that is too long are found among all others of the request', async () => {
    const long = 'x'.repeat(513);
    const list = Array.from({ length: 99 }, (_, index) => ({ id: `id-${index}`, source: { n: 1 }, version: VERSION }));
    expect(await write(indexBody([...list, { id: long, source: { n: 1 }, version: VERSION }]))).toMatchObject({
      indexed: 99,
      rejected: 1,
    });
    expect(await deadLetters()).toMatchObject([{ documentId: long, errorType: 'action_request_validation_exception' }]);
  });
});

describe('an index that changes under the writer', () => {
  test('is not made anew by writing when somebody deletes it', async () => {
    await client.indices.delete({ index: concrete });
    await expect(write(documents(3))).rejects.toMatchObject({ type: 'DestinationChanged' });
    expect(await client.indices.exists({ index: alias })).toBe(false);
  });

  test('is not made anew by deleting, either', async () => {
    await client.indices.delete({ index: concrete });
    await expect(write(deleteBody(['id-0'], VERSION))).rejects.toMatchObject({ type: 'DestinationChanged' });
    expect(await client.indices.exists({ index: alias })).toBe(false);
  });

  test('is not written when it is read-only: a failure that says so, and no dead letter', async () => {
    await client.indices.addBlock({ index: concrete, block: 'write' });
    await expect(write(documents(3))).rejects.toMatchObject({ type: 'DestinationBlocked', retryable: true });
    expect(await deadLetters()).toEqual([]);
  });

  test('is written as soon as a full disk has room again', async () => {
    await client.indices.putSettings({ index: concrete, settings: { 'index.blocks.read_only_allow_delete': true } });
    const { acknowledged } = await writer.accept(documents(3), 'public.item');
    await client.indices.putSettings({ index: concrete, settings: { 'index.blocks.read_only_allow_delete': null } });
    expect(await acknowledged).toMatchObject({ indexed: 3 });
  });

  test('a missing pipeline is an error of the configuration, not of the documents', async () => {
    const piped = createWriter({ pipeline: 'test-missing-pipeline' });
    await expect(write(documents(3), piped)).rejects.toMatchObject({ type: 'InvalidConfig' });
    await piped.close();
    expect(await deadLetters()).toEqual([]);
  });
});

describe('the end of a writer', () => {
  test('after a failure nothing more is accepted', async () => {
    await client.indices.delete({ index: concrete });
    await expect(write(documents(1))).rejects.toMatchObject({ type: 'DestinationChanged' });
    await expect(writer.accept(documents(1), 'public.item')).rejects.toMatchObject({ type: 'DestinationChanged' });
    await expect(writer.flush()).rejects.toMatchObject({ type: 'DestinationChanged' });
  });

  test('an abort ends what is running at once, with its own reason', async () => {
    const controller = new AbortController();
    const aborted = createWriter({ signal: controller.signal });
    const large = indexBody([{ id: 'large', source: { text: 'x'.repeat(20_000_000) }, version: VERSION }]);
    const { acknowledged } = await aborted.accept(large, 'public.item');
    const started = performance.now();
    controller.abort(new Error('cancelled by the user'));
    await expect(acknowledged).rejects.toThrow('cancelled by the user');
    // Errors of the client copy the request byte by byte where its redaction is on: half a minute for this body.
    expect(performance.now() - started).toBeLessThan(10_000);
    await expect(aborted.accept(documents(1), 'public.item')).rejects.toThrow('cancelled by the user');
    await aborted.close();
  });
});
