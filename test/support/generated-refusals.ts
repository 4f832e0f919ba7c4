import fc from 'fast-check';

/** Stands for a row's value wherever Elasticsearch may quote one: no message may hold it. */
export const MARKER = 'MARKED-4f1c Value';

/** An answer that refuses a request, or one of its items. */
export interface GeneratedRefusal {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Errors as Elasticsearch words them, with a value where it quotes one. */
const RECORDED: readonly { readonly type: string; readonly reason: string }[] = [
  { type: 'index_closed_exception', reason: 'closed' },
  { type: 'routing_missing_exception', reason: `routing is required for [shop]/[${MARKER}]` },
  { type: 'illegal_argument_exception', reason: 'Limit of total fields [1000] has been exceeded' },
  { type: 'illegal_argument_exception', reason: 'pipeline with id [enrich] does not exist' },
  { type: 'illegal_argument_exception', reason: `failed to parse date field [${MARKER}] with format [yyyy]` },
  { type: 'number_format_exception', reason: `For input string: "${MARKER}"` },
  { type: 'illegal_argument_exception', reason: `'${MARKER}' is not an IP string literal.` },
  { type: 'x_content_parse_exception', reason: `[1:2] Numeric value (${MARKER}) out of range of long` },
  {
    type: 'document_parsing_exception',
    reason: `[1:9] failed to parse field [n] of type [long] in document with id '${MARKER}'. Preview of field's value: '${MARKER}'`,
  },
  {
    type: 'validation_exception',
    reason:
      'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [3]/[3] maximum normal shards open;',
  },
  { type: 'cluster_block_exception', reason: 'index [shop] blocked by: [FORBIDDEN/8/index write (api)];' },
  {
    type: 'security_exception',
    reason:
      'action [indices:data/write/bulk] is unauthorized for user [u], this action is granted by the index privileges [write,all]',
  },
  {
    type: 'too_many_buckets_exception',
    reason: 'Trying to create too many buckets. Must be less than or equal to: [10]',
  },
  { type: 'search_context_missing_exception', reason: 'No search context found for id [1]' },
  {
    type: 'api_not_available_exception',
    reason: 'Request for uri [/_x] with method [GET] exists but is not available when running in serverless mode',
  },
  {
    type: 'version_conflict_engine_exception',
    reason: `[${MARKER}]: version conflict, current version [1] is higher or equal to the one provided [1]`,
  },
];

const marked = fc.oneof(
  fc.string(),
  fc.constant(MARKER),
  fc.string().map((text) => `${text} ${MARKER} ${text}`),
);
const simple = fc.oneof(
  fc.constantFrom(...RECORDED),
  fc.record({
    type: fc.oneof(fc.constantFrom('illegal_argument_exception', 'mapper_parsing_exception'), marked),
    reason: marked,
  }),
);

/** An error, wrapped as Elasticsearch wraps errors of shards, or of any shape. */
const anyError: fc.Arbitrary<unknown> = fc.oneof(
  simple,
  simple.map((error) => ({ ...error, root_cause: [error] })),
  simple.map((error) => ({
    type: 'search_phase_execution_exception',
    reason: 'all shards failed',
    failed_shards: [{ reason: error }],
  })),
  fc.tuple(simple, simple).map(([outer, caused_by]) => ({ ...outer, caused_by })),
  marked,
  fc.jsonValue(),
);

const anyStatus = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(400, 401, 403, 404, 405, 409, 410, 411, 413, 415, 422, 429) },
  { weight: 2, arbitrary: fc.integer({ min: 400, max: 499 }) },
  { weight: 1, arbitrary: fc.constantFrom(500, 502, 503, 504) },
);

const asJson = (status: number, body: unknown): GeneratedRefusal => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
});

/** Refusals of the recorded kinds and of random shape, pages of proxies among them. */
export const anyRefusal: fc.Arbitrary<GeneratedRefusal> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(anyStatus, anyError).map(([status, error]) => asJson(status, { error, status })) },
  { weight: 1, arbitrary: fc.tuple(anyStatus, fc.jsonValue()).map(([status, body]) => asJson(status, body)) },
  {
    weight: 1,
    arbitrary: anyStatus.map((status) => ({ status, contentType: 'text/html', body: `<html>${MARKER}</html>` })),
  },
  {
    weight: 1,
    arbitrary: anyStatus.map((status) => ({
      status,
      contentType: 'application/json',
      body: `{"error":{"reason":"${MARKER}`,
    })),
  },
);

/** The answer to a bulk of one document whose item is refused. */
export const anyRefusedItem: fc.Arbitrary<GeneratedRefusal> = fc
  .tuple(anyStatus, anyError)
  .map(([status, error]) => asJson(200, { errors: true, took: 1, items: [{ index: { status, error } }] }));
