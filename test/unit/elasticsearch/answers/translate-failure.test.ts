import { failureOfResponse, readErrorCause } from '../../../../src/elasticsearch/answers/translate-failure';

const DOING = 'creating the index shop';
const WINDOW = {
  type: 'illegal_argument_exception',
  reason: 'Result window is too large, from + size must be less than or equal to: [100] but was [10000].',
};

/** The failure that an answer with such an error stands for. */
const failureOf = (status: number, error: object) =>
  failureOfResponse(status, readErrorCause({ error, status }), DOING);

describe('a refusal has the type and remedy of its cause', () => {
  test.each([
    [
      'a cluster with too many shards',
      400,
      'validation_exception',
      'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open;',
      'ClusterFull',
      'cluster.max_shards_per_node',
    ],
    [
      'a limit of fields',
      400,
      'illegal_argument_exception',
      'Limit of total fields [20] has been exceeded',
      'MappingLimit',
      'index.mapping',
    ],
    ['a closed index', 400, 'index_closed_exception', 'closed', 'IndexClosed', 'Open the index'],
    [
      'too many buckets, which older versions answer with 503',
      503,
      'too_many_buckets_exception',
      'Trying to create too many buckets. Must be less than or equal to: [10] but this number of buckets was exceeded.',
      'SearchLimit',
      'search.max_buckets',
    ],
    [
      'what Serverless does not offer',
      410,
      'api_not_available_exception',
      'Request for uri [/_x] with method [GET] exists but is not available when running in serverless mode',
      'DestinationUnsupported',
      'service',
    ],
    [
      'a setting that Serverless refuses',
      400,
      'illegal_argument_exception',
      'Settings [index.gc_deletes] are not available when running in serverless mode',
      'DestinationUnsupported',
      'service',
    ],
    [
      'a template for data streams',
      400,
      'illegal_argument_exception',
      'cannot create index with name [shop], because it matches with template [logs] that creates data streams only, use create data stream api instead',
      'InvalidConfig',
      'template',
    ],
    [
      'a type of field that the cluster lacks',
      400,
      'mapper_parsing_exception',
      'Failed to parse mapping: No handler for type [semantic_text] declared on field [note]',
      'MappingConflict',
      'column',
    ],
    [
      'a reason that nobody foresaw',
      400,
      'illegal_argument_exception',
      'the moon is in the wrong phase',
      'DestinationRefused',
      'Elasticsearch',
    ],
  ])('%s', (_, status, type, reason, failure, remedy) => {
    expect(failureOf(status, { type, reason })).toMatchObject({
      type: failure,
      message: `Elasticsearch refused ${DOING}: HTTP ${status}, ${type}: ${reason}`,
      remedy: expect.stringContaining(remedy) as string,
    });
  });
});

describe('behind "all shards failed" the cause is found', () => {
  const all = { type: 'search_phase_execution_exception', reason: 'all shards failed' };

  test.each([
    ['as a root cause', { ...all, root_cause: [WINDOW] }],
    ['as the reason of a shard', { ...all, root_cause: [], failed_shards: [{ shard: 0, reason: WINDOW }] }],
    ['as the cause', { ...all, root_cause: [all], caused_by: WINDOW }],
    ['of another node', { ...all, root_cause: [{ type: 'remote_transport_exception', caused_by: WINDOW }] }],
  ])('%s', (_, error) => {
    expect(failureOf(400, error)).toMatchObject({
      type: 'SearchLimit',
      message: expect.stringContaining(WINDOW.reason) as string,
    });
  });

  test('and where none is told, the error itself stands', () => {
    expect(failureOf(503, { ...all, root_cause: [] })).toMatchObject({ type: 'DestinationUnavailable' });
  });
});

test('what Elasticsearch quotes is left out: it may be a value of a row', () => {
  const error = { type: 'number_format_exception', reason: `For input string: "secret" of field's 'secret" too` };
  expect(failureOf(400, error).message).not.toContain('secret');
});
