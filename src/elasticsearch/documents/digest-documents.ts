import type { Client } from '@elastic/elasticsearch';

import { BUCKETS } from '../../sync/bucket-ranges';
import type { BucketDigest, IdDigest } from '../../sync/id-digest';
import { OWN_FIELDS } from '../../sync/own-fields';
import { asCount, asList, asObject, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';

/** Documents without a bucket, and more values of it than there are. */
const [NO_BUCKET, SPARE_BUCKETS] = [-1, 100];

/** Documents to sum up. */
export interface DocumentDigestRequest {
  readonly index: string;
  /** Value of the documents' field `_relation`, see `relationField`. */
  readonly relationField: string;
  readonly signal?: AbortSignal;
}

/**
 * Sums up the ids of a relation's documents by bucket, from their fields `_bucket` and `_id_hash`. Sees what was
 * refreshed. Documents that others wrote may have no bucket, or one that there is not: they are in the first or the last,
 * as in a scan, and make it differ from anything.
 */
export async function digestDocuments(client: Client, request: DocumentDigestRequest): Promise<IdDigest> {
  const { index, relationField, signal } = request;
  const doing = `summing up the ids of index ${index}`;
  const answer: unknown = await translateFailures(doing, () =>
    client.search(
      {
        index,
        size: 0,
        track_total_hits: false,
        allow_partial_search_results: false,
        query: { term: { [OWN_FIELDS.relation]: relationField } },
        aggs: {
          ids: {
            terms: { field: OWN_FIELDS.bucket, size: BUCKETS + SPARE_BUCKETS, missing: NO_BUCKET },
            aggs: { sum: { sum: { field: OWN_FIELDS.idHash } } },
          },
        },
      },
      signal === undefined ? {} : { signal },
    ),
  );
  return readAnswer(doing, () => readDigest(answer));
}

function readDigest(answer: unknown): IdDigest {
  const { buckets, sum_other_doc_count: others } = asObject(asObject(asObject(answer)['aggregations'])['ids']);
  const digest = new Map<number, BucketDigest>();
  for (const entry of asList(buckets)) {
    const { key: named, doc_count: count, sum: summed } = asObject(entry);
    const { value } = asObject(summed);
    if (typeof named !== 'number' || typeof value !== 'number') throw new TypeError('not a digest');
    const [key, ids, sum] = [named, asCount(count), { value }];
    const bucket = Math.min(Math.max(key, 0), BUCKETS - 1);
    const isForeign = bucket !== key || digest.has(bucket);
    digest.set(bucket, { ids: ids + (digest.get(bucket)?.ids ?? 0), sum: isForeign ? NaN : sum.value });
  }
  // More buckets than there are: whose documents they are, only their ids tell.
  if (asCount(others) > 0) for (const bucket of range(BUCKETS)) digest.set(bucket, { ids: 0, sum: NaN });
  return digest;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
