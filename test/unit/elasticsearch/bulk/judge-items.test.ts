import type { AnsweredItem } from '../../../../src/elasticsearch/bulk/answered-item';
import { judgeItems } from '../../../../src/elasticsearch/bulk/judge-items';

const judgement = { target: 'search-shop', newestVersion: 100, attempt: 0, pipeline: 'clean' };
const conflict = (current: number) => ({
  type: 'version_conflict_engine_exception',
  reason: `[shop:public.item:1]: version conflict, current version [${current}] is higher than the one provided [99]`,
});
const judge = (...items: AnsweredItem[]) => judgeItems(items, judgement);
const failureOf = (item: AnsweredItem): unknown => {
  try {
    return judge(item);
  } catch (error) {
    return error;
  }
};

describe('the answer to a bulk', () => {
  test('created, overwritten and deleted documents are told apart', () => {
    const verdict = judge({ index: { status: 201 } }, { index: { status: 200 } }, { delete: { status: 200 } });
    expect(verdict).toMatchObject({ counts: { indexed: 2, deleted: 1, superseded: 0 }, retry: [], rejected: [] });
  });

  test('a deletion of what is gone has succeeded', () => {
    expect(judge({ delete: { status: 404 } }).counts.superseded).toBe(1);
  });

  test('a conflict with a version of this sync means that the document is newer already', () => {
    expect(judge({ index: { status: 409, error: conflict(100) } }).counts.superseded).toBe(1);
  });

  test('a conflict with a newer version than this sync writes is an error: somebody else writes the index', () => {
    const failure = failureOf({ index: { status: 409, error: conflict(101) } });
    expect(failure).toMatchObject({ type: 'DestinationChanged', retryable: false });
    expect((failure as Error).message).not.toContain('shop:public.item:1');
  });

  test.each([429, 503])('an item refused with %d is sent again', (status) => {
    expect(judge({ index: { status: 201 } }, { index: { status, error: {} } }).retry).toEqual([1]);
  });

  test('an item larger than Elasticsearch ever takes is sent alone, and then rejected', () => {
    const limit = 'primary_operation_bytes=800032, max_primary_bytes=307200';
    const reason = `rejected execution of primary operation [coordinating_and_primary_bytes=0, ${limit}]`;
    const item = { index: { status: 429, error: { type: 'es_rejected_execution_exception', reason } } };
    expect(judge(item, item)).toMatchObject({ retry: [0, 1], isTooLarge: true });
    expect(judge(item)).toMatchObject({ retry: [], rejected: [{ item: 0 }] });
  });

  test('an item that Elasticsearch fails on again and again is the one to blame', () => {
    const items = [{ index: { status: 500, error: { type: 'null_pointer_exception' } } }];
    expect(judgeItems(items, judgement).retry).toEqual([0]);
    expect(judgeItems(items, { ...judgement, attempt: 5 }).rejected).toHaveLength(1);
  });

  test('a rejected document is described without its value', () => {
    const reason =
      "[1:6] failed to parse field [price] of type [long] in document with id '7'. Preview of field's value: 'secret'";
    const error = {
      type: 'document_parsing_exception',
      reason,
      caused_by: { type: 'number_format_exception', reason: 'secret' },
    };
    expect(judge({ index: { status: 400, error } }).rejected).toEqual([
      {
        item: 0,
        error: {
          type: 'document_parsing_exception',
          cause: 'number_format_exception',
          field: 'price',
          fieldType: 'long',
        },
      },
    ]);
  });

  test.each([
    ['a missing index', 404, { type: 'index_not_found_exception' }, 'DestinationChanged'],
    [
      'a read-only index',
      403,
      { type: 'cluster_block_exception', reason: 'index [a] blocked by: [FORBIDDEN/5/index read-only (api)];' },
      'DestinationBlocked',
    ],
    ['a closed index', 400, { type: 'index_closed_exception', reason: 'closed' }, 'IndexClosed'],
    [
      'a required routing',
      400,
      { type: 'routing_missing_exception', reason: 'routing is required for [a]/[1]' },
      'RoutingRequired',
    ],
    [
      'a missing privilege',
      403,
      { type: 'security_exception', reason: 'action [x] is unauthorized' },
      'DestinationPermission',
    ],
    ['a missing pipeline', 400, { type: 'x', reason: 'pipeline with id [clean] does not exist' }, 'InvalidConfig'],
  ])('%s ends the sync instead of rejecting documents', (_, status, error, type) => {
    expect(failureOf({ index: { status, error } })).toMatchObject({ type });
  });
});
