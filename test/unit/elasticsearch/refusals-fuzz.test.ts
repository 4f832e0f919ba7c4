import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';

import { deliverBody } from '../../../src/elasticsearch/bulk/deliver-body';
import { deliveryTo } from '../../../src/elasticsearch/bulk/delivery';
import { probeWrites } from '../../../src/elasticsearch/bulk/probe-writes';
import { lettersOfRejected } from '../../../src/elasticsearch/dead-letters/letters-of-rejected';
import { scanIds } from '../../../src/elasticsearch/documents/scan-ids';
import { getDocuments } from '../../../src/elasticsearch/documents/stored-documents';
import { readShardRoom } from '../../../src/elasticsearch/fit/shard-room';
import { describeIndex } from '../../../src/elasticsearch/index/describe-index';
import { readTemplate } from '../../../src/elasticsearch/index/read-template';
import { writeState } from '../../../src/elasticsearch/index/state-store';
import { readPipelines } from '../../../src/elasticsearch/pipelines/read-pipelines';
import { SyncFailure } from '../../../src/sync/failures';
import { indexBody } from '../../support/bulk-body';
import { fuzzing } from '../../support/fuzz';
import { anyRefusal, anyRefusedItem, type GeneratedRefusal, MARKER } from '../../support/generated-refusals';

let server: Server;
let client: Client;
let answer: GeneratedRefusal;
let requests = 0;

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    requests += 1;
    incoming.resume().on('end', () => {
      const headers = { 'content-type': answer.contentType, 'x-elastic-product': 'Elasticsearch' };
      outgoing.writeHead(answer.status, headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new Client({ node: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, maxRetries: 0 });
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Writes one document; what would be sent again is given up after the first attempt. */
async function write(): Promise<string[]> {
  const body = indexBody([{ id: MARKER, source: { v: MARKER } }]);
  const endpoint = { client, target: 'shop', requireAlias: true, signal: new AbortController().signal };
  const reasons: string[] = [];
  await deliverBody(
    {
      ...deliveryTo(endpoint, { newestVersion: 1, retryForMs: -1 }),
      wait: () => Promise.resolve(),
      bury: (sent, rejected) => {
        const context = { connectorId: 'shop', relation: 'public.item', jobId: 'job' };
        reasons.push(...lettersOfRejected(sent, rejected, context).map(({ reason, errorType }) => errorType + reason));
        return Promise.resolve();
      },
    },
    body,
  );
  return reasons;
}

interface Request {
  readonly ask: () => Promise<unknown>;
  /** Whether it holds values or keys of rows: of every other one Elasticsearch knows none, and its words are shown. */
  readonly holdsValues: boolean;
}

const WRITE: Request = { ask: write, holdsValues: true };
const REQUESTS: readonly Request[] = [
  WRITE,
  { ask: () => probeWrites(client, { target: 'shop', requireAlias: true }), holdsValues: true },
  { ask: () => getDocuments(client, 'shop', [MARKER]), holdsValues: true },
  { ask: () => scanIds(client, { index: 'shop', relationField: 'shop/public.item' }).next(), holdsValues: false },
  { ask: () => describeIndex(client, 'shop'), holdsValues: false },
  { ask: () => readTemplate(client, 'shop-1'), holdsValues: false },
  { ask: () => readShardRoom(client), holdsValues: false },
  {
    ask: () => readPipelines(client, { requested: 'enrich', settings: {}, place: 'the index shop' }),
    holdsValues: false,
  },
  { ask: () => writeState(client, 'shop', (state) => state), holdsValues: false },
];

/** Statuses and causes that may pass by themselves, or for whose end a person is waited for, aloud. */
const MAY_PASS: ReadonlySet<string> = new Set(['DestinationBlocked', 'ClusterFull', 'DestinationOverloaded']);

/** The next answer may come whole. */
function isCutOff({ contentType, body }: GeneratedRefusal): boolean {
  return contentType === 'application/json' && body.startsWith('{') && !body.endsWith('}');
}

/** Makes a request that is refused: what comes of it is told without a value, and ends soon. */
async function meet({ ask, holdsValues }: Request, given: GeneratedRefusal): Promise<void> {
  answer = given;
  requests = 0;
  try {
    const result = await ask();
    expect(JSON.stringify(result ?? '')).not.toContain(MARKER);
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    expect(error.type).not.toBe('Defect');
    if (holdsValues) expect(`${error.message} ${error.remedy}`).not.toContain(MARKER);
    const mayPass = given.status >= 500 || [200, 404, 408, 425, 429].includes(given.status);
    const isKnown = MAY_PASS.has(error.type) || given.body.includes('search_context_missing') || isCutOff(given);
    expect([error.type, error.retryable && !mayPass && !isKnown]).toEqual([error.type, false]);
  }
  expect(requests).toBeLessThan(20);
}

describe('whatever Elasticsearch, or a proxy before it, refuses: no defect, no value shown, no endless retries', () => {
  test('requests as a whole', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...REQUESTS), anyRefusal, meet), fuzzing('refused requests', 400));
  });

  test('single documents', async () => {
    await fc.assert(
      fc.asyncProperty(anyRefusedItem, (refusal) => meet(WRITE, refusal)),
      fuzzing('refused documents', 400),
    );
  });
});
