import type { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';

import { postBulk } from '../../../src/elasticsearch/bulk/post-bulk';
import { listDeadLetters } from '../../../src/elasticsearch/dead-letters/list-dead-letters';
import { countDocuments } from '../../../src/elasticsearch/documents/count-documents';
import { digestDocuments } from '../../../src/elasticsearch/documents/digest-documents';
import { scanIds } from '../../../src/elasticsearch/documents/scan-ids';
import { getDocuments } from '../../../src/elasticsearch/documents/stored-documents';
import { deleteIndex } from '../../../src/elasticsearch/index/delete-index';
import { describeIndex } from '../../../src/elasticsearch/index/describe-index';
import { concreteIndexName, deadLetterIndexName } from '../../../src/elasticsearch/index/index-names';
import { refreshIndex } from '../../../src/elasticsearch/index/refresh-index';
import { readState } from '../../../src/elasticsearch/index/state-store';
import { readPipelines } from '../../../src/elasticsearch/pipelines/read-pipelines';
import { findAbandonedIndices } from '../../../src/elasticsearch/replacement/find-abandoned-indices';
import { SyncFailure } from '../../../src/sync/failures';
import { findIndexNameProblem } from '../../../src/sync/indices/index-name';
import { ANSWER_HEADERS, cannedElasticsearch, type CannedRequest } from '../../support/canned-elasticsearch';
import { fuzzing } from '../../support/fuzz';
import { hostileText } from '../../support/hostile-text';

/** Texts that reach a request's path or query. */
interface Names {
  readonly index: string;
  readonly pipeline: string;
}

type Ask = (client: Client, names: Names) => Promise<unknown>;

async function takeAll(pages: AsyncIterable<unknown>): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const page of pages) taken.push(page);
  return taken;
}

const ALL_BUCKETS = { relationField: 'shop/public.item' };
const signal = new AbortController().signal;

/** What each asks for, and the segments that its path must have, decoded. */
/** Which a scan asks for first. */
const WINDOW = 'index.max_result_window';

const REQUESTS: readonly [Ask, (names: Names) => readonly string[]][] = [
  [(client, { index }) => describeIndex(client, index), ({ index }) => [index]],
  [(client, { index }) => refreshIndex(client, index), ({ index }) => [index, '_refresh']],
  [(client, { index }) => countDocuments(client, index, 'shop', 'a'), ({ index }) => [index, '_search']],
  [(client, { index }) => digestDocuments(client, { index, ...ALL_BUCKETS }), ({ index }) => [index, '_search']],
  [
    (client, { index }) => takeAll(scanIds(client, { index, ...ALL_BUCKETS })),
    ({ index }) => [index, '_settings', WINDOW],
  ],
  [(client, { index }) => readState(client, index), ({ index }) => [index, '_mapping']],
  [(client, { index }) => getDocuments(client, index, ['a/b?c']), ({ index }) => [index, '_mget']],
  [(client, { index }) => deleteIndex(client, index), ({ index }) => [index]],
  [(client, { index }) => findAbandonedIndices(client, index), ({ index }) => [`${index}-*`]],
  [
    (client, { index }) => describeIndex(client, concreteIndexName(index, 'Run/1')),
    ({ index }) => [concreteIndexName(index, 'run-1')],
  ],
  [
    (client, { index }) => takeAll(listDeadLetters(client, deadLetterIndexName({ index }), { connectorId: 'shop' })),
    ({ index }) => [deadLetterIndexName({ index }), '_refresh'],
  ],
  [
    (client, { pipeline }) => readPipelines(client, { requested: pipeline, settings: {}, place: '' }),
    ({ pipeline }) => ['_ingest', 'pipeline', pipeline],
  ],
  [
    (client, { index, pipeline }) =>
      postBulk({ client, target: index, requireAlias: true, pipeline, signal }, Buffer.from('{"index":{}}\n{}\n')),
    ({ index }) => [index, '_bulk'],
  ],
];

const requests: CannedRequest[] = [];
const client = cannedElasticsearch((request) => {
  requests.push(request);
  return { status: 200, headers: ANSWER_HEADERS, body: Buffer.from('{}') };
});

/** What a server, or a proxy before it, takes the path for. */
function segmentsOf(path: string): string[] {
  return new URL(path, 'http://elasticsearch.invalid').pathname.slice(1).split('/').map(decodeURIComponent);
}

const indexName = hostileText()
  .map((text) => text.toLowerCase().replaceAll(/[\\/*?"<>|,#:\s\p{Cc}\p{Cs}]/gu, ''))
  .filter((name) => name !== '' && findIndexNameProblem(name) === undefined);
const pipelineName = hostileText()
  .map((text) => Buffer.from(text).toString())
  .filter((name) => name !== '' && name !== '.' && name !== '..');

describe('a name from the configuration, in a request to Elasticsearch', () => {
  test('is one segment of the path, whatever it holds, and the query is what pgferry asks for', async () => {
    const names = fc.record({ index: indexName, pipeline: pipelineName });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...REQUESTS), names, async ([ask, segments], texts) => {
        requests.length = 0;
        try {
          await ask(client, texts);
        } catch (error) {
          if (!(error instanceof SyncFailure)) throw error;
        }
        const [first] = requests;
        expect(segmentsOf(first?.path ?? '')).toEqual(segments(texts));
        const query = new URLSearchParams(first?.query);
        if (first?.path.endsWith('/_bulk') === true) {
          expect([...query.keys()].sort()).toEqual(['filter_path', 'pipeline', 'require_alias']);
          expect(query.get('pipeline')).toBe(texts.pipeline);
        }
      }),
      fuzzing('paths of requests'),
    );
  });
});
