import type { Client } from '@elastic/elasticsearch';

import { BUCKETS } from '../../sync/bucket-ranges';
import { type BucketDigest, HASH_MODULUS, type IdDigest } from '../../sync/digests/id-digest';
import { OWN_FIELDS, ROWS_FIELDS } from '../../sync/own-fields';
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
  /** Whether they count rows of other tables in them. */
  readonly withRows?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Sums up the ids of a relation's documents by bucket, from their fields `_bucket` and `_id_hash`, and where asked
 * for the rows that they count in `_rows` and `_rows_hash`. Sees what was refreshed. Documents that others wrote may have no
 * bucket, or one that there is not: they are in the first or the last, as in a scan, and make it differ from anything.
 */
export async function digestDocuments(client: Client, request: DocumentDigestRequest): Promise<IdDigest> {
  const { index, relationField, withRows = false, signal } = request;
  const doing = `summing up the ids of index ${index}`;
  const query = { term: { [OWN_FIELDS.relation]: relationField } };
  const aggs = { sum: sumOf(OWN_FIELDS.idHash), ...(withRows ? ROWS_SUMS : {}) };
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
      addBucket(digest, bucket, withRows);
    });
    count += 1;
    // Whose documents they are, only their ids tell.
    if (count > BUCKETS + MAX_ODD_BUCKETS) return new Map(range(BUCKETS).map((n) => [n, { ids: 0, sum: NaN }]));
  }
  return digest;
}

function sumOf(field: string) {
  return { sum: { field } };
}

const ROWS_SUMS = { rows: sumOf(ROWS_FIELDS.rows), rowsHash: sumOf(ROWS_FIELDS.rowsHash) };

function addBucket(digest: Map<number, BucketDigest>, { key, documents, answered }: Bucket, withRows: boolean): void {
  const named = key['bucket'] ?? NO_BUCKET;
  const sum = readSum(answered, 'sum');
  if (typeof named !== 'number') throw new TypeError('not a digest');
  const bucket = Math.min(Math.max(named, 0), BUCKETS - 1);
  const isForeign = bucket !== named || digest.has(bucket);
  const rows = withRows
    ? { rows: { count: readSum(answered, 'rows'), hash: readSum(answered, 'rowsHash') % HASH_MODULUS } }
    : {};
  digest.set(bucket, { ids: documents + (digest.get(bucket)?.ids ?? 0), sum: isForeign ? NaN : sum, ...rows });
}

function readSum(answered: Bucket['answered'], name: string): number {
  const { value } = asObject(answered[name]);
  if (typeof value !== 'number') throw new TypeError('not a digest');
  return value;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
