import type { Client } from '@elastic/elasticsearch';

import { type BulkWriter, createBulkWriter } from '../../../src/elasticsearch/bulk-writer/bulk-writer';
import { connectElasticsearch } from '../../../src/elasticsearch/connection/connect-elasticsearch';
import { countDocuments } from '../../../src/elasticsearch/documents/count-documents';
import { getDocuments } from '../../../src/elasticsearch/documents/stored-documents';
import { createIndex } from '../../../src/elasticsearch/index/create-index';
import { deadLetterIndexName } from '../../../src/elasticsearch/index/index-names';
import { refreshIndex } from '../../../src/elasticsearch/index/refresh-index';
import type { BulkOutcome } from '../../../src/sync/bulk-body';
import { indexBody } from '../../support/bulk-body';
import { deleteIndices, elasticsearchUrl, uniqueIndex } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../../support/faulty-proxy';

const REQUEST_TIMEOUT_MS = 2_000;
/** For everything else than waiting; the answers come to no end within minutes. */
const MARGIN_MS = 15_000;
const TOO_SLOW: [string, Fault][] = [
  ['goes on for longer than a request may take', { byteEveryMs: 60 }],
  ['stops in the middle', 'stop in the middle'],
];

let proxy: FaultyProxy;
let client: Client;
let alias: string;
let writer: BulkWriter;
let controller: AbortController;

beforeEach(async () => {
  controller = new AbortController();
  proxy = await startFaultyProxy(elasticsearchUrl());
  client = connectThroughProxy(REQUEST_TIMEOUT_MS);
  alias = uniqueIndex();
  const mapping = { dynamic: false, properties: { n: { type: 'long' } } };
  await createIndex(client, { alias, concrete: `${alias}-1`, mapping, totalFields: 10, loading: false });
  writer = createWriter(client);
});

afterEach(async () => {
  proxy.fault = () => undefined;
  await writer.close();
  await deleteIndices(client, alias);
  await client.close();
  await proxy.close();
});

function createWriter(by: Client): BulkWriter {
  return createBulkWriter({
    client: by,
    target: alias,
    requireAlias: true,
    deadLetters: deadLetterIndexName({ index: alias }),
    connectorId: 'shop',
    jobId: 'job-1',
    newestVersion: 1,
    retryForMs: 20_000,
    signal: controller.signal,
  });
}

function connectThroughProxy(requestTimeoutMs: number): Client {
  return connectElasticsearch({ host: proxy.url, verifyCerts: true, requestTimeoutMs });
}

/** The first bulk meets a fault. */
function failFirstBulk(fault: Fault): void {
  let bulks = 0;
  proxy.fault = ({ url }) => (url.includes('_bulk') && bulks++ === 0 ? fault : undefined);
}

async function write(count: number, by = writer): Promise<BulkOutcome> {
  const list = Array.from({ length: count }, (_, n) => ({ id: `id-${n}`, source: { n } }));
  const { acknowledged } = await by.accept(indexBody(list), 'public.item');
  return acknowledged;
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe('an answer that trickles', () => {
  test('is understood when it is complete in time', async () => {
    failFirstBulk({ byteEveryMs: 4 });
    expect(await write(1)).toMatchObject({ indexed: 1, superseded: 0 });
  });

  test.each(TOO_SLOW)('is given up, and the bulk sent again, when it %s', async (_, fault) => {
    failFirstBulk(fault);
    const tookMs = await elapsed(async () => {
      expect(await write(100)).toMatchObject({ indexed: 100, superseded: 0, rejected: 0 });
    });
    expect(tookMs).toBeGreaterThan(REQUEST_TIMEOUT_MS - 100);
    expect(tookMs).toBeLessThan(REQUEST_TIMEOUT_MS + MARGIN_MS);
    await refreshIndex(client, alias);
    expect((await client.count({ index: alias })).count).toBe(100);
  });

  test.each(TOO_SLOW)('is a failure in time for any other request, when it %s', async (_, fault) => {
    await write(10);
    proxy.fault = () => fault;
    const failure = {
      type: 'DestinationUnavailable',
      message: expect.stringContaining('no complete answer within 2 s') as string,
    };
    const tookMs = await elapsed(async () => {
      await expect(countDocuments(client, alias, 'shop', 'public.item')).rejects.toMatchObject(failure);
      await expect(getDocuments(client, alias, ['id-1', 'id-2'])).rejects.toMatchObject(failure);
    });
    expect(tookMs).toBeLessThan(2 * REQUEST_TIMEOUT_MS + MARGIN_MS);
  });

  test('holds nothing up that ends the writing', async () => {
    const patientMs = 60_000;
    const patientClient = connectThroughProxy(patientMs);
    const patient = createWriter(patientClient);
    let isAsked = false;
    proxy.fault = ({ url }) => {
      isAsked ||= url.includes('_bulk');
      return 'stop in the middle';
    };
    const written = write(10, patient);
    written.catch(() => undefined);
    await eventually('the bulk is sent', () => Promise.resolve(isAsked));
    const tookMs = await elapsed(async () => {
      controller.abort(new Error('enough'));
      await expect(written).rejects.toThrow('enough');
      await patient.close();
    });
    expect(tookMs).toBeLessThan(patientMs / 4);
    await patientClient.close();
  });
});
