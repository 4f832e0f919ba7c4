import type { Client, estypes } from '@elastic/elasticsearch';

import { type BucketRange, BUCKETS } from '../../sync/bucket-ranges';
import { OWN_FIELDS } from '../../sync/own-fields';
import { asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { readLargestPage } from './largest-page';
import { mergePages } from './merge-pages';
import { atPointInTime, followPages, type Page, pageAfter, type PointInTime } from './point-in-time';

/** Documents a page, where the index allows so many: for each slice one is in use and another on its way. */
const PAGE = 5_000;
/**
 * Parts of a shard that are scanned at the same time: one after the other on neighbouring documents, since Elasticsearch
 * takes ids out of compressed blocks.
 */
const SLICES = 2;

/** Documents of an index. */
export interface PageScan {
  readonly index: string;
  /** Absent: all. */
  readonly query?: estypes.QueryDslQueryContainer;
  readonly signal?: AbortSignal | undefined;
}

/** Documents of a relation, to scan. */
export interface RelationScan extends PageScan {
  /** Value of the documents' field `_relation`, see `relationField`. */
  readonly relationField: string;
  /** Absent: all buckets. */
  readonly buckets?: readonly BucketRange[];
}

/** A document's id and the fields that were asked for. */
export interface ScannedHit {
  readonly _id: string;
  readonly sort: estypes.SortResults;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * A relation's documents, or all, in pages, as of one point in time: documents written or deleted meanwhile don't
 * shift the pages. Sees what was refreshed. An incomplete answer of Elasticsearch is an error, never a shorter scan.
 * @param fields - fields whose values come from the doc values, for each hit
 */
export async function* scanPages(
  client: Client,
  scan: PageScan | RelationScan,
  fields: readonly string[] = [],
): AsyncGenerator<readonly ScannedHit[], void, undefined> {
  const doing = `scanning the ids of index ${scan.index}`;
  const size = Math.min(PAGE, await readLargestPage(client, scan.index));
  const scanSlices = (pit: PointInTime) =>
    mergePages(
      Array.from({ length: SLICES }, (_, slice) => scanSlice(client, scan, { pit, slice, size, fields, doing })),
    );
  try {
    yield* atPointInTime(client, { ...scan, doing }, scanSlices);
  } catch (error) {
    scan.signal?.throwIfAborted();
    throw error;
  }
}

interface Slice {
  readonly pit: PointInTime;
  readonly slice: number;
  /** Documents a page. */
  readonly size: number;
  readonly fields: readonly string[];
  /** For messages. */
  readonly doing: string;
}

function scanSlice(
  client: Client,
  scan: PageScan | RelationScan,
  { pit, slice, size, fields, doing }: Slice,
): AsyncGenerator<readonly ScannedHit[], void> {
  const options = scan.signal === undefined ? {} : { signal: scan.signal };
  return followPages(doing, async (after) => {
    const request = pageRequest(scan, { pit, slice, size, after, fields });
    const answer: unknown = await translateFailures(doing, () => client.search(request, options));
    return readAnswer(doing, () => readPage(answer, pit, size));
  });
}

/** As `filter_path` leaves it, an empty page has no `hits`; every page has its point in time. */
function readPage(answer: unknown, pit: PointInTime, size: number): Page<ScannedHit> {
  const { pit_id: id, hits } = asObject(answer);
  const list = hits === undefined ? [] : asList(asObject(hits)['hits']);
  for (const hit of list) {
    const { _id: document, sort, fields } = asObject(hit);
    asText(document);
    asList(sort);
    if (fields !== undefined) asObject(fields);
  }
  pit.id = asText(id);
  const items = list as readonly ScannedHit[];
  return { items, next: items.length < size ? undefined : items.at(-1)?.sort };
}

interface PagePosition extends Omit<Slice, 'doing'> {
  readonly after: unknown;
}

function pageRequest(
  scan: PageScan | RelationScan,
  { pit, slice, size, after, fields }: PagePosition,
): estypes.SearchRequest {
  return {
    ...pageAfter(pit, after),
    size,
    _source: false,
    allow_partial_search_results: false,
    slice: { id: String(slice), max: SLICES },
    query: 'relationField' in scan ? relationQuery(scan) : (scan.query ?? { match_all: {} }),
    filter_path: ['pit_id', 'hits.hits._id', 'hits.hits.sort', ...(fields.length === 0 ? [] : ['hits.hits.fields'])],
    ...(fields.length === 0 ? {} : { docvalue_fields: [...fields] }),
  };
}

function relationQuery({ relationField, buckets }: RelationScan): estypes.QueryDslQueryContainer {
  const filter: estypes.QueryDslQueryContainer[] = [{ term: { [OWN_FIELDS.relation]: relationField } }];
  if (buckets !== undefined) filter.push(bucketFilter(buckets));
  return { bool: { filter } };
}

/**
 * Ranges that cover all buckets cover all documents: what others wrote without a bucket, or with one that there is not,
 * is in the first bucket or in the last.
 */
function bucketFilter(ranges: readonly BucketRange[]): estypes.QueryDslQueryContainer {
  const [first, ...others] = ranges;
  if (first === undefined || others.length > 0) return bucketsFilter(ranges);
  const { from, to } = first;
  return {
    bool: {
      ...(from === 0 ? {} : { filter: [bucketFrom(from)] }),
      ...(to === BUCKETS ? {} : { must_not: [bucketFrom(to)] }),
    },
  };
}

/** A look-up in a list is as fast for many buckets as for one, which many ranges are not. */
function bucketsFilter(ranges: readonly BucketRange[]): estypes.QueryDslQueryContainer {
  const buckets = ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index));
  const should: estypes.QueryDslQueryContainer[] = [{ terms: { [OWN_FIELDS.bucket]: buckets } }];
  if (buckets.includes(0)) should.push({ bool: { must_not: [bucketFrom(0)] } });
  if (buckets.includes(BUCKETS - 1)) should.push(bucketFrom(BUCKETS));
  return { bool: { should } };
}

function bucketFrom(bucket: number): estypes.QueryDslQueryContainer {
  return { range: { [OWN_FIELDS.bucket]: { gte: bucket } } };
}
