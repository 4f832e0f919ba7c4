import { toAnsweredItem } from '../../../../src/elasticsearch/bulk/answered-item';
import { judgeItems } from '../../../../src/elasticsearch/bulk/judge-items';
import { requireStoredAsSent } from '../../../../src/elasticsearch/bulk/pipeline-watch';
import { indexBody } from '../../../support/bulk-body';

const watch = { pipelines: { names: ['clean'], digest: 'd' }, index: 'shop-1' };
const body = indexBody(['a', 'b'].map((id) => ({ id, source: {} })));
const stored = (_id: string, _index = 'shop-1', result = 'created') =>
  toAnsweredItem({ index: { status: 201, _id, _index, result } }, true);

describe('the answer about documents that pass a pipeline', () => {
  test('says which of them were stored', () => {
    expect(requireStoredAsSent(body, [stored('a'), stored('b')], watch)).toEqual(['a', 'b']);
  });

  test('a document without a write is a dropped one, under whatever name its index goes', () => {
    const items = [stored('a', 'shop', 'noop'), stored('b')];
    expect(requireStoredAsSent(body, items, watch)).toEqual(['b']);
    expect(judgeItems(items, { target: 'shop', newestVersion: 1, attempt: 0 })).toMatchObject({
      counts: { indexed: 1 },
      dropped: [0],
    });
  });

  test('another id or index is the pipeline’s doing, and neither is quoted', () => {
    for (const [field, item] of [
      ['_id', stored('somebody@example.com')],
      ['_index', stored('a', 'elsewhere')],
    ] as const) {
      const act = () => requireStoredAsSent(body, [item, stored('b')], watch);
      expect(act).toThrow(new RegExp(`The ingest pipeline "clean" changes ${field}:`, 'u'));
      expect(act).not.toThrow(/example|elsewhere/u);
    }
  });

  test('an answer that does not say is none', () => {
    expect(() => toAnsweredItem({ index: { status: 201 } }, true)).toThrow();
    expect(toAnsweredItem({ index: { status: 201 } }, false)).toEqual({ index: { status: 201 } });
  });

  test('a document that a processor fails on purpose is rejected at once', () => {
    const error = { type: 'fail_processor_exception', reason: 'no' };
    const item = toAnsweredItem({ index: { status: 500, error } }, true);
    expect(judgeItems([item], { target: 'shop', newestVersion: 1, attempt: 0 }).rejected).toHaveLength(1);
  });
});
