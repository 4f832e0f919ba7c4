import fc from 'fast-check';

import { deliverBody } from '../../../../src/elasticsearch/bulk/deliver-body';
import type { Delivery } from '../../../../src/elasticsearch/bulk/delivery';
import type { BulkReply } from '../../../../src/elasticsearch/bulk/post-bulk';
import { lettersOfRejected } from '../../../../src/elasticsearch/dead-letters/letters-of-rejected';
import { idsIn, indexBody } from '../../../support/bulk-body';

type Fate = 'fine' | 'malformed' | 'breaks the request' | 'refused twice' | 'resets the connection twice';

const fates = fc.constantFrom<Fate>(
  'fine',
  'fine',
  'fine',
  'malformed',
  'breaks the request',
  'refused twice',
  'resets the connection twice',
);

/** Answers like Elasticsearch, for documents of known fates. */
function createServer(documents: ReadonlyMap<string, Fate>) {
  const indexed: string[] = [];
  const seen = new Map<string, number>();
  const buried: string[] = [];
  const answer = (status: number, body: object): BulkReply => ({
    kind: 'answer',
    status,
    body: Buffer.from(JSON.stringify(body)),
    hasGuard: false,
  });
  const send = (bytes: Buffer): Promise<BulkReply> => {
    const ids = idsIn(bytes);
    const fateOf = (id: string) => documents.get(id) ?? 'fine';
    if (ids.some((id) => fateOf(id) === 'breaks the request'))
      return Promise.resolve(answer(400, { error: { type: 'broken' } }));
    const times = new Map(ids.map((id) => [id, (seen.get(id) ?? 0) + 1]));
    for (const [id, count] of times) seen.set(id, count);
    const isEarly = (id: string) => (times.get(id) ?? 0) <= 2;
    if (ids.some((id) => fateOf(id) === 'resets the connection twice' && isEarly(id))) {
      return Promise.resolve({ kind: 'none', wasReset: true, reason: 'other side closed' });
    }
    const items = ids.map((id) => {
      if (fateOf(id) === 'malformed') return { index: { status: 400, error: { type: 'document_parsing_exception' } } };
      if (fateOf(id) === 'refused twice' && isEarly(id)) return { index: { status: 429, error: { type: 'rejected' } } };
      indexed.push(id);
      return { index: { status: 201 } };
    });
    return Promise.resolve(answer(200, { errors: items.some((item) => item.index.status >= 400), took: 1, items }));
  };
  const delivery: Delivery = {
    target: 'index',
    newestVersion: 1,
    retryForMs: 60_000,
    send,
    wait: () => Promise.resolve(),
    isReachable: () => Promise.resolve(true),
    bury: (body, rejected) => {
      const letters = lettersOfRejected(body, rejected, { connectorId: 'c', relation: 'r', jobId: 'j' });
      buried.push(...letters.map(({ documentId }) => documentId ?? '?'));
      return Promise.resolve();
    },
  };
  return { delivery, indexed, buried };
}

describe('delivering a bulk body', () => {
  test('every document is indexed once or becomes a dead letter, whatever Elasticsearch answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fates, { minLength: 1, maxLength: 40 }), async (list) => {
        const documents = new Map(list.map((fate, index) => [`id-${index}`, fate]));
        const { delivery, indexed, buried } = createServer(documents);
        const body = indexBody([...documents.keys()].map((id) => ({ id, source: { id } })));
        const outcome = await deliverBody(delivery, body);
        const isBad = (fate: Fate) => fate === 'malformed' || fate === 'breaks the request';
        const ids = (wanted: boolean) => [...documents].filter(([, fate]) => isBad(fate) === wanted).map(([id]) => id);
        expect([...indexed].sort()).toEqual(ids(false).sort());
        expect([...buried].sort()).toEqual(ids(true).sort());
        expect(outcome).toMatchObject({
          indexed: ids(false).length,
          rejected: ids(true).length,
          deleted: 0,
          superseded: 0,
        });
      }),
    );
  });

  test('one document that breaks a request of 1,000 costs some twenty requests, not a thousand', async () => {
    const documents = new Map<string, Fate>(Array.from({ length: 1_000 }, (_, index) => [`id-${index}`, 'fine']));
    documents.set('id-617', 'breaks the request');
    const { delivery, indexed, buried } = createServer(documents);
    let requests = 0;
    const counting = { ...delivery, send: (bytes: Buffer) => ((requests += 1), delivery.send(bytes)) };
    await deliverBody(counting, indexBody([...documents.keys()].map((id) => ({ id, source: {} }))));
    expect(indexed).toHaveLength(999);
    expect(buried).toEqual(['id-617']);
    expect(requests).toBeLessThan(25);
  });

  test('a large document that always breaks the connection becomes a dead letter, as long as Elasticsearch answers', async () => {
    const { delivery, buried } = createServer(new Map());
    const reset: BulkReply = { kind: 'none', wasReset: true, reason: 'write EPIPE' };
    const large = indexBody([{ id: 'large', source: { text: 'x'.repeat(2_000_000) } }]);
    const send = () => Promise.resolve(reset);
    expect(await deliverBody({ ...delivery, send }, large)).toMatchObject({ rejected: 1 });
    expect(buried).toEqual(['large']);
    const away = { ...delivery, send, retryForMs: 0, isReachable: () => Promise.resolve(false) };
    await expect(deliverBody(away, large)).rejects.toMatchObject({ retryable: true });
  });

  test('gives up with a retryable failure when nothing makes progress for the agreed time', async () => {
    const { delivery } = createServer(new Map());
    const silent: Delivery = {
      ...delivery,
      retryForMs: 0,
      send: () => Promise.resolve({ kind: 'none', wasReset: false, reason: 'connect ECONNREFUSED' }),
    };
    await expect(deliverBody(silent, indexBody([{ id: '1', source: {} }]))).rejects.toMatchObject({
      type: 'DestinationUnavailable',
      retryable: true,
    });
  });
});
