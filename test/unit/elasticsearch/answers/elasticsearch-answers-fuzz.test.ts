import type { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';

import { checkPrivileges } from '../../../../src/elasticsearch/connection/check-privileges';
import { probeElasticsearch } from '../../../../src/elasticsearch/connection/probe-elasticsearch';
import { listDeadLetters } from '../../../../src/elasticsearch/dead-letters/list-dead-letters';
import { countByRelation, countDocuments } from '../../../../src/elasticsearch/documents/count-documents';
import { digestDocuments } from '../../../../src/elasticsearch/documents/digest-documents';
import { scanFingerprints } from '../../../../src/elasticsearch/documents/scan-fingerprints';
import { scanIds } from '../../../../src/elasticsearch/documents/scan-ids';
import { getDocuments, scanDocuments } from '../../../../src/elasticsearch/documents/stored-documents';
import { describeIndex } from '../../../../src/elasticsearch/index/describe-index';
import { refreshIndex } from '../../../../src/elasticsearch/index/refresh-index';
import { readState } from '../../../../src/elasticsearch/index/state-store';
import { SyncFailure } from '../../../../src/sync/failures';
import { type Answer, anyAnswer, damagedAnswer } from '../../../support/answers';
import { cannedElasticsearch } from '../../../support/canned-elasticsearch';
import { fuzzing } from '../../../support/fuzz';

const INDEX = 'search-shop';
const SCAN = { index: INDEX, relationField: 'shop/public.a' };
const SHARDS = { total: 1, successful: 1, skipped: 0, failed: 0 };
const HIT = { _index: INDEX, _id: 'shop:public.a:1', sort: [1] };
const LETTER = {
  '@timestamp': '2026-01-01T00:00:00.000Z',
  connector_id: 'shop',
  relation: 'public.a',
  document_id: 'shop:public.a:1',
  error_type: 'document_parsing_exception',
  reason: 'x',
  version: 1,
  job_id: 'j',
};

async function collect<Item>(pages: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

/** What pgferry asks, and an answer of Elasticsearch to it. */
interface Question {
  readonly ask: (client: Client) => Promise<unknown>;
  readonly answer: object;
  /** Whether what came of it is of the kind that its callers rely on. */
  readonly isSound: (result: never) => boolean;
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const isId = (id: unknown) => typeof id === 'string' && id !== '';
const search = (hits: object[]) => ({ pit_id: 'p', took: 1, timed_out: false, _shards: SHARDS, hits: { hits } });

const QUESTIONS: Readonly<Record<string, Question>> = {
  'ids of a relation': {
    ask: (client) => collect(scanIds(client, SCAN)),
    answer: search([HIT, { ...HIT, _id: 'shop:public.a:2', sort: [2] }]),
    isSound: (pages: string[][]) => pages.flat().every(isId),
  },
  'fingerprints of a relation': {
    ask: (client) => collect(scanFingerprints(client, SCAN)),
    answer: search([{ ...HIT, fields: { _fingerprint: [12] } }]),
    isSound: (pages: { id: string; fingerprint: number }[][]) =>
      pages.flat().every(({ id, fingerprint }) => isId(id) && typeof fingerprint === 'number'),
  },
  'documents of an index': {
    ask: (client) => collect(scanDocuments(client, { index: INDEX, query: {}, pageSize: () => 10 })),
    answer: search([{ ...HIT, _source: { a: 1 } }]),
    isSound: (pages: { id: string }[][]) => pages.flat().every(({ id }) => isId(id)),
  },
  'documents by id': {
    ask: (client) => getDocuments(client, INDEX, ['shop:public.a:1', 'b']),
    answer: {
      docs: [
        { ...HIT, found: true, _source: { a: 1 } },
        { _index: INDEX, _id: 'b', found: false },
      ],
    },
    isSound: (documents: { id: string }[]) => documents.every(({ id }) => isId(id)),
  },
  'number of documents': {
    ask: (client) => countDocuments(client, INDEX, 'shop', 'public.a'),
    answer: { took: 1, timed_out: false, _shards: SHARDS, hits: { total: { value: 3, relation: 'eq' }, hits: [] } },
    isSound: isCount,
  },
  'number of documents by relation': {
    ask: (client) => countByRelation(client, INDEX, 'shop'),
    answer: {
      hits: { hits: [] },
      aggregations: { buckets: { buckets: [{ key: { relation: 'shop/public.a' }, doc_count: 3 }] } },
    },
    isSound: (counts: Map<string, number>) => [...counts].every(([name, n]) => typeof name === 'string' && isCount(n)),
  },
  'ids summed up by bucket': {
    ask: (from) => digestDocuments(from, SCAN),
    answer: {
      hits: { hits: [] },
      aggregations: { buckets: { buckets: [{ key: { bucket: 3 }, doc_count: 2, sum: { value: 12 } }] } },
    },
    isSound: (digest: Map<number, { ids: number; sum: number }>) =>
      [...digest].every(
        ([bucket, { ids, sum }]) => typeof bucket === 'number' && isCount(ids) && typeof sum === 'number',
      ),
  },
  'what an index is like': {
    ask: (client) => describeIndex(client, INDEX),
    answer: {
      'search-shop-1': {
        aliases: { [INDEX]: {} },
        mappings: { _meta: { created_by: 'pgferry' }, properties: { id: { type: 'keyword' } } },
        settings: { 'index.uuid': 'u', 'index.refresh_interval': '-1' },
      },
    },
    isSound: (index: { concrete: string; uuid: string } | undefined) => index === undefined || isId(index.uuid),
  },
  'what pgferry keeps in an index': {
    ask: (client) => readState(client, 'search-shop-1'),
    answer: {
      'search-shop-1': {
        mappings: { _meta: { pgferry: { connectors: { shop: { version: 1, relations: {} } } } } },
      },
    },
    isSound: ({ connectors }: { connectors: object }) => typeof connectors === 'object',
  },
  'dead letters': {
    ask: (client) => collect(listDeadLetters(client, `${INDEX}-rejected`, { connectorId: 'shop' })),
    answer: { ...search([{ ...HIT, _source: LETTER }]), id: 'p' },
    isSound: (pages: { id: string; relation: string }[][]) =>
      pages.flat().every(({ id, relation }) => isId(id) && typeof relation === 'string'),
  },
  'a refresh': {
    ask: (client) => refreshIndex(client, INDEX),
    answer: { _shards: SHARDS },
    isSound: (nothing: unknown) => nothing === undefined,
  },
  privileges: {
    ask: (client) => checkPrivileges(client, { indexName: INDEX }),
    answer: {
      username: 'u',
      has_all_requested: false,
      index: { [INDEX]: { read: true, write: true, manage: false }, [`${INDEX}-*`]: { read: true, write: true } },
    },
    isSound: (missing: unknown[]) => Array.isArray(missing),
  },
  'its version': {
    ask: (client) => probeElasticsearch(client),
    answer: { name: 'n', cluster_name: 'c', cluster_uuid: 'u', version: { number: '9.5.3' } },
    isSound: ({ version }: { version?: string }) => version === undefined || Number.parseInt(version, 10) >= 8,
  },
};

const PIT = Buffer.from('{"id":"p"}');
let current: Answer | undefined;
const client = cannedElasticsearch(({ method, path }) => {
  if (current === undefined) throw new Error('nothing was asked');
  return path.endsWith('/_pit') && method === 'POST' ? { ...current.right, body: PIT } : current.given;
});

/** Asks, and is answered so; a point in time is opened as it should be. */
async function ask({ ask: question }: Question, answer: Answer): Promise<unknown> {
  current = answer;
  return question(client);
}

const RIGHT_ANSWERS = Object.entries(QUESTIONS);

describe('an answer of Elasticsearch', () => {
  test.each(RIGHT_ANSWERS)('is understood: %s', async (_, question) => {
    const right = Buffer.from(JSON.stringify(question.answer));
    const result = await ask(question, anyAnswer(right));
    expect(question.isSound(result as never)).toBe(true);
  });

  test('that is damaged, cut, another page or any JSON gives what its reader can rely on, or a failure of its own', async () => {
    const anyQuestion = fc.constantFrom(...RIGHT_ANSWERS);
    await fc.assert(
      fc.asyncProperty(anyQuestion, damagedAnswer, async ([, question], damage) => {
        const answer = damage(Buffer.from(JSON.stringify(question.answer)));
        try {
          const result = await ask(question, answer);
          expect(question.isSound(result as never)).toBe(true);
        } catch (error) {
          if (!(error instanceof SyncFailure)) throw error;
          // An answer may quote rows: no message repeats what it could not read.
          expect(error.message).not.toContain('<html');
          expect(error.type).not.toBe('Defect');
        }
      }),
      fuzzing("Elasticsearch's answers"),
    );
  });
});
