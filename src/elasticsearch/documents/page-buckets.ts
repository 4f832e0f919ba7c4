import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { unwrapError } from '../answers/error-summary';
import { asCount, asList, asObject, damagedAnswer, readAnswer } from '../answers/read-answer';
import { readErrorCause, translateFailures } from '../answers/translate-failure';

/** Buckets a page; Elasticsearch's own limit for an answer is 65,536, or what the cluster sets as `search.max_buckets`. */
const PAGE = 2_000;

/** Documents to group. */
export interface BucketsRequest {
  readonly index: string;
  readonly query: estypes.QueryDslQueryContainer;
  /** Field of each part of a bucket's key. */
  readonly by: Readonly<Record<string, string>>;
  /** Whether documents that lack such a field have a bucket, too, with null in its key; else they are left out. */
  readonly withMissing?: boolean;
  /** Aggregations within each bucket. */
  readonly aggs?: Readonly<Record<string, estypes.AggregationsAggregationContainer>>;
  /** Completes "Elasticsearch failed …". */
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
}

/** Documents of one key. */
export interface Bucket {
  readonly key: Readonly<Record<string, unknown>>;
  readonly documents: number;
  /** The bucket as Elasticsearch has it, with its aggregations. */
  readonly answered: Readonly<Record<string, unknown>>;
}

/**
 * Groups documents by fields, page by page, so that there may be any number of groups; pages become as small as the
 * cluster's `search.max_buckets` asks for. Sees what was refreshed.
 */
export async function* pageBuckets(client: Client, request: BucketsRequest): AsyncGenerator<Bucket, void, undefined> {
  let size = PAGE;
  let after: Bucket['key'] | undefined;
  for (;;) {
    const page = await readPage(client, request, { size, after });
    if ('smallerSize' in page) {
      size = page.smallerSize;
      continue;
    }
    yield* page.buckets;
    const last = page.buckets.at(-1)?.key;
    if (last === undefined || page.buckets.length < size) return;
    // Else paging would never end.
    if (JSON.stringify(last) === JSON.stringify(after)) throw damagedAnswer(request.doing);
    after = last;
  }
}

interface Page {
  readonly size: number;
  /** The key of the bucket before the page. */
  readonly after: Bucket['key'] | undefined;
}

async function readPage(
  client: Client,
  request: BucketsRequest,
  page: Page,
): Promise<{ readonly buckets: readonly Bucket[] } | { readonly smallerSize: number }> {
  const { doing } = request;
  return translateFailures(doing, async () => {
    try {
      const answer: unknown = await search(client, request, page);
      return readAnswer(doing, () => ({ buckets: readBuckets(answer) }));
    } catch (error) {
      const smallerSize = findSmallerSize(error, page.size);
      if (smallerSize < 1) throw error;
      return { smallerSize };
    }
  });
}

function search(client: Client, request: BucketsRequest, { size, after }: Page): Promise<unknown> {
  const { index, query, by, withMissing = false, aggs, signal } = request;
  const sources = Object.entries(by).map(([name, field]) => ({
    [name]: { terms: { field, missing_bucket: withMissing } },
  }));
  const composite = { size, sources, ...(after === undefined ? {} : { after: after as Record<string, string> }) };
  return client.search(
    {
      index,
      size: 0,
      track_total_hits: false,
      allow_partial_search_results: false,
      query,
      aggs: { buckets: { composite, ...(aggs === undefined ? {} : { aggs }) } },
    },
    signal === undefined ? {} : { signal },
  );
}

function readBuckets(answer: unknown): Bucket[] {
  const { buckets } = asObject(asObject(asObject(answer)['aggregations'])['buckets']);
  return asList(buckets).map((bucket) => {
    const answered = asObject(bucket);
    return { key: asObject(answered['key']), documents: asCount(answered['doc_count']), answered };
  });
}

const TOO_MANY = /Must be less than or equal to: \[(\d{1,9})\]/u;

/** Buckets that a page may have where Elasticsearch found them too many; 0 where it failed for another reason. */
export function findSmallerSize(error: unknown, size: number): number {
  const body: unknown = error instanceof errors.ResponseError ? error.body : undefined;
  const { type, reason = '' } = unwrapError(readErrorCause(body));
  if (type !== 'too_many_buckets_exception') return 0;
  const limit = Number(TOO_MANY.exec(reason)?.[1] ?? 0);
  return limit > 0 && limit < size ? limit : Math.floor(size / 2);
}
