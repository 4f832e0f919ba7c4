import { failureOfResponse, readErrorCause } from '../../../../src/elasticsearch/answers/translate-failure';

const DOING = 'creating the index shop';
const WINDOW = {
  type: 'illegal_argument_exception',
  reason: 'Result window is too large, from + size must be less than or equal to: [100] but was [10000].',
};

/** The failure that an answer with such an error stands for, to a request that holds no value of a row. */
const failureOf = (status: number, error: object) =>
  failureOfResponse(status, readErrorCause({ error, status }), DOING, false);

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

describe('of a request that holds values of rows, only words that are known to hold none are shown', () => {
  const messageOf = (type: string, reason: string) =>
    failureOfResponse(400, readErrorCause({ error: { type, reason } }), 'writing').message;

  test.each([
    [
      'illegal_argument_exception',
      'Limit of total fields [20] has been exceeded, secret',
      'fields [20] has been exceeded',
    ],
    ['too_many_buckets_exception', 'secret', 'too_many_buckets_exception'],
    ['routing_missing_exception', 'routing is required for [shop]/[secret]', '_routing.required'],
    ['mapper_parsing_exception', 'failed to parse date field [secret] with format [yyyy]', 'no date'],
    ['the secret type', 'secret', 'unknown error'],
  ])('%s: %s', (type, reason, shown) => {
    expect(messageOf(type, reason)).toContain(shown);
    expect(messageOf(type, reason)).not.toContain('secret');
  });
});

describe('a block is named by its setting, with the request that takes it off', () => {
  test.each([
    [403, 'index [shop-1] blocked by: [FORBIDDEN/8/index write (api)];', 'DestinationBlocked', 'PUT /shop-1/_settings'],
    [403, 'blocked by: [FORBIDDEN/6/cluster read-only (api)];', 'DestinationBlocked', 'cluster.blocks.read_only'],
    [503, 'blocked by: [SERVICE_UNAVAILABLE/2/no master];', 'DestinationUnavailable', 'elects a master'],
    [
      429,
      'index [shop-1] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];',
      'DestinationOverloaded',
      'disk space',
    ],
  ])('%i %s', (status, reason, type, remedy) => {
    expect(failureOf(status, { type: 'cluster_block_exception', reason })).toMatchObject({
      type,
      remedy: expect.stringContaining(remedy) as string,
    });
  });
});

test.each([400, 405, 411, 415])("%i without a reason of Elasticsearch's is not tried again", (status) => {
  expect(failureOfResponse(status, {}, 'writing')).toMatchObject({ type: 'DestinationRefused', retryable: false });
});
