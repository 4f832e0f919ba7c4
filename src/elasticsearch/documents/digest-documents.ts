import type { Client } from '@elastic/elasticsearch';

import { BUCKETS } from '../../sync/bucket-ranges';
import type { BucketDigest, IdDigest } from '../../sync/id-digest';
import { OWN_FIELDS } from '../../sync/own-fields';
import { asObject, readAnswer } from '../answers/read-answer';
import { type Bucket, pageBuckets } from './page-buckets';

/** Buckets that a relation's documents are told by; where there are more, others wrote them. */
const MAX_ODD_BUCKETS = 100;
/** Documents without a bucket. */
const NO_BUCKET = -1;

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
  const query = { term: { [OWN_FIELDS.relation]: relationField } };
  const aggs = { sum: { sum: { field: OWN_FIELDS.idHash } } };
  const digest = new Map<number, BucketDigest>();
  const buckets = pageBuckets(client, {
    index,
    query,
    by: { bucket: OWN_FIELDS.bucket },
    withMissing: true,
    aggs,
    doing,
    signal,
  });
  let count = 0;
  for await (const bucket of buckets) {
    readAnswer(doing, () => {
      addBucket(digest, bucket);
    });
    count += 1;
    // Whose documents they are, only their ids tell.
    if (count > BUCKETS + MAX_ODD_BUCKETS) return new Map(range(BUCKETS).map((n) => [n, { ids: 0, sum: NaN }]));
  }
  return digest;
}

function addBucket(digest: Map<number, BucketDigest>, { key, documents, answered }: Bucket): void {
  const named = key['bucket'] ?? NO_BUCKET;
  const { value } = asObject(answered['sum']);
  if (typeof named !== 'number' || typeof value !== 'number') throw new TypeError('not a digest');
  const bucket = Math.min(Math.max(named, 0), BUCKETS - 1);
  const isForeign = bucket !== named || digest.has(bucket);
  digest.set(bucket, { ids: documents + (digest.get(bucket)?.ids ?? 0), sum: isForeign ? NaN : value });
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
