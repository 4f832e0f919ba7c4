import { type Client } from '@elastic/elasticsearch';
import { BUCKETS } from '../sync/bucket-ranges';
import { type BucketDigest, type IdDigest } from '../sync/id-digest';
import { translateFailures } from './translate-failure';

/** Documents without a bucket, and more values of it than there are. */
const [NO_BUCKET, SPARE_BUCKETS] = [-1, 100];

/** Which documents to sum up. */
export interface DocumentDigestRequest {
  readonly index: string;
  /** Value of the documents' field `_relation`, see `relationField`. */
  readonly relationField: string;
  readonly signal?: AbortSignal;
}

interface Buckets {
  readonly buckets: readonly { readonly key: number; readonly doc_count: number; readonly sum: { value: number } }[];
  readonly sum_other_doc_count: number;
}

/**
 * Sums up the ids of a relation's documents by bucket, from their fields `_bucket` and `_id_hash`. Sees what was
 * refreshed. Documents that others wrote may have no bucket, or one that there is not: they are in the first or the last,
 * as in a scan, and make it differ from anything.
 */
export async function digestDocuments(client: Client, request: DocumentDigestRequest): Promise<IdDigest> {
  const { index, relationField, signal } = request;
  const answer = await translateFailures(`summing up the ids of index ${index}`, () =>
    client.search<unknown, { ids: Buckets }>(
      {
        index,
        size: 0,
        track_total_hits: false,
        allow_partial_search_results: false,
        query: { term: { _relation: relationField } },
        aggs: {
          ids: {
            terms: { field: '_bucket', size: BUCKETS + SPARE_BUCKETS, missing: NO_BUCKET },
            aggs: { sum: { sum: { field: '_id_hash' } } },
          },
        },
      },
      signal === undefined ? {} : { signal },
    ),
  );
  const { buckets, sum_other_doc_count: others } = answer.aggregations?.ids ?? { buckets: [], sum_other_doc_count: 0 };
  const digest = new Map<number, BucketDigest>();
  for (const { key, doc_count: ids, sum } of buckets) {
    const bucket = Math.min(Math.max(key, 0), BUCKETS - 1);
    const isForeign = bucket !== key || digest.has(bucket);
    digest.set(bucket, { ids: ids + (digest.get(bucket)?.ids ?? 0), sum: isForeign ? NaN : sum.value });
  }
  // More buckets than there are: whose documents they are, only their ids tell.
  if (others > 0) for (const bucket of range(BUCKETS)) digest.set(bucket, { ids: 0, sum: NaN });
  return digest;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
