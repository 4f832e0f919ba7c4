import fc from 'fast-check';

import { deliverBody } from '../../../../src/elasticsearch/bulk/deliver-body';
import type { Delivery } from '../../../../src/elasticsearch/bulk/delivery';
import { SyncFailure } from '../../../../src/sync/failures';
import { type Answer, damagedAnswer } from '../../../support/answers';
import { indexBody } from '../../../support/bulk-body';
import { fuzzing } from '../../../support/fuzz';

type ItemAnswer = Readonly<Record<string, { readonly status: number; readonly error?: object }>>;

const refusal = (status: number, type: string) => ({ index: { status, error: { type, reason: 'x' } } });
const item = fc.constantFrom<ItemAnswer>(
  { index: { status: 201 } },
  { index: { status: 200 } },
  refusal(400, 'document_parsing_exception'),
  refusal(409, 'version_conflict_engine_exception'),
  refusal(429, 'es_rejected_execution_exception'),
  refusal(500, 'broken'),
);
const items = fc.oneof(
  fc.array(fc.constant<ItemAnswer>({ index: { status: 201 } }), { minLength: 1, maxLength: 8 }),
  fc.array(item, { minLength: 1, maxLength: 8 }),
);

/** Sends documents once; what is to be sent again fails at once. */
async function deliver(documents: number, { given: { status, body } }: Answer) {
  let buried = 0;
  const delivery: Delivery = {
    target: 'search-shop',
    newestVersion: 1,
    retryForMs: -1,
    send: () => Promise.resolve({ kind: 'answer', status, body, hasGuard: false }),
    isReachable: () => Promise.resolve(true),
    bury: (_, rejected) => {
      buried += rejected.length;
      return Promise.resolve();
    },
    wait: () => Promise.reject(new SyncFailure('DestinationUnavailable', 'sent again')),
  };
  const list = Array.from({ length: documents }, (_, n) => ({ id: `id-${n}`, source: { n } }));
  const outcome = await deliverBody(delivery, indexBody(list));
  return { ...outcome, buried };
}

const toAnswer = (list: readonly ItemAnswer[]) =>
  Buffer.from(
    JSON.stringify({ errors: list.some((each) => each['index']?.error !== undefined), took: 1, items: list }),
  );

describe('an answer to a bulk', () => {
  test('that is damaged, cut, another page or any JSON acknowledges each document once, or fails', async () => {
    await fc.assert(
      fc.asyncProperty(items, damagedAnswer, async (list, damage) => {
        try {
          const { indexed, deleted, superseded, rejected, buried } = await deliver(list.length, damage(toAnswer(list)));
          expect(indexed + deleted + superseded + rejected).toBe(list.length);
          expect(buried).toBe(rejected);
        } catch (error) {
          if (!(error instanceof SyncFailure)) throw error;
          expect(error.message).not.toContain('<html');
          expect(error.type).not.toBe('Defect');
        }
      }),
      fuzzing('answers to bulks'),
    );
  });

  test('of fewer or more items than were sent acknowledges none of them', async () => {
    const count = fc.integer({ min: 1, max: 8 });
    await fc.assert(
      fc.asyncProperty(items, count, async (list, documents) => {
        fc.pre(list.length !== documents);
        const sending = deliver(documents, exactly(toAnswer(list)));
        await expect(sending).rejects.toMatchObject({ type: 'DestinationUnavailable' });
      }),
      fuzzing('answers to bulks of another length'),
    );
  });

  // A document that is rejected takes its older version out of the index with it.
  test.each([
    ['items without a result', 200, '{"errors":true,"took":1,"items":[{}]}'],
    ['an item without a status', 200, '{"errors":true,"took":1,"items":[{"index":{}}]}'],
    ['a refusal without a reason', 200, '{"errors":true,"took":1,"items":[{"index":{"status":400}}]}'],
    ['a text in place of the items', 200, '{"errors":true,"took":1,"items":"x"}'],
    ["a proxy's own 400", 400, '<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>'],
    ['an empty 400', 400, ''],
  ])('never rejects a document that Elasticsearch did not refuse: %s', async (_, status, body) => {
    await expect(deliver(1, exactly(Buffer.from(body), status))).rejects.toMatchObject({
      type: status === 200 ? 'DestinationUnavailable' : 'DestinationRefused',
    });
  });
});

function exactly(body: Buffer, status = 200): Answer {
  const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
  const given = { status, headers, body };
  return { right: given, given };
}
