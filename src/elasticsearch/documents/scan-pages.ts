import { isDeepStrictEqual } from 'node:util';
import type { Client, estypes } from '@elastic/elasticsearch';

import { type BucketRange, BUCKETS } from '../../sync/bucket-ranges';
import { OWN_FIELDS } from '../../sync/own-fields';
import { asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { mergePages } from './merge-pages';

/** Documents a page: for each slice one is in use and another on its way. */
const PAGE = 5_000;
const KEEP_ALIVE = '5m';
/**
 * Parts of a shard that are scanned at the same time: one after the other on neighbouring documents, since Elasticsearch
 * takes ids out of compressed blocks.
 */
const SLICES = 2;

/** Which documents of a relation to scan. */
export interface RelationScan {
  readonly index: string;
  /** Value of the documents' field `_relation`, see `relationField`. */
  readonly relationField: string;
  /** Absent: all buckets. */
  readonly buckets?: readonly BucketRange[];
  readonly signal?: AbortSignal;
}

/** A document's id and, where asked for, one of its fields. */
export interface ScannedHit {
  readonly _id: string;
  readonly sort: estypes.SortResults;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * A relation's documents, in pages, as of one point in time: documents written or deleted meanwhile don't shift the
 * pages. Sees what was refreshed. An incomplete answer of Elasticsearch is an error, never a shorter scan.
 * @param field a field whose value comes from the doc values, for each hit
 */
export async function* scanPages(
  client: Client,
  scan: RelationScan,
  field?: string,
): AsyncGenerator<readonly ScannedHit[], void, undefined> {
  const doing = `scanning the ids of index ${scan.index}`;
  const pit: PointInTime = {
    id: await translateFailures(doing, async () => {
      const opened = await client.openPointInTime({ index: scan.index, keep_alive: KEEP_ALIVE }, requestOptions(scan));
      return readAnswer(doing, () => asText(asObject(opened)['id']));
    }),
  };
  try {
    const slices = Array.from({ length: SLICES }, (_, slice) => scanSlice(client, scan, { pit, slice, field, doing }));
    yield* mergePages(slices);
  } catch (error) {
    scan.signal?.throwIfAborted();
    throw error;
  } finally {
    // It would expire by itself: failing to close it must not hide what ended the scan.
    await client.closePointInTime({ id: pit.id }).catch(() => undefined);
  }
}

/** Every answer may give it another id, which is the one to use from then on. */
interface PointInTime {
  id: string;
}

interface Slice {
  readonly pit: PointInTime;
  readonly slice: number;
  readonly field: string | undefined;
  /** For messages. */
  readonly doing: string;
}

async function* scanSlice(
  client: Client,
  scan: RelationScan,
  { pit, slice, field, doing }: Slice,
): AsyncGenerator<readonly ScannedHit[], void> {
  let after: estypes.SortResults | undefined;
  do {
    const request = pageRequest(scan, { pit: pit.id, slice, after, field });
    const answer: unknown = await translateFailures(doing, () => client.search(request, requestOptions(scan)));
    const page: ScannedPage = readAnswer(doing, () => readPage(answer, after));
    pit.id = page.pit;
    if (page.hits.length > 0) yield page.hits;
    after = page.hits.length < PAGE ? undefined : page.hits.at(-1)?.sort;
  } while (after !== undefined);
}

interface ScannedPage {
  readonly pit: string;
  readonly hits: readonly ScannedHit[];
}

/** As `filter_path` leaves it, an empty page has no `hits`; every page has its point in time. */
function readPage(answer: unknown, after: estypes.SortResults | undefined): ScannedPage {
  const { pit_id: pit, hits } = asObject(answer);
  const list = hits === undefined ? [] : asList(asObject(hits)['hits']);
  for (const hit of list) {
    const { _id: id, sort, fields } = asObject(hit);
    asText(id);
    asList(sort);
    if (fields !== undefined) asObject(fields);
  }
  const page = { pit: asText(pit), hits: list as readonly ScannedHit[] };
  // Else the scan would never end.
  if (after !== undefined && isDeepStrictEqual(page.hits.at(-1)?.sort, after)) throw new Error('the same page again');
  return page;
}

interface PagePosition {
  readonly pit: string;
  readonly slice: number;
  readonly after: estypes.SortResults | undefined;
  readonly field: string | undefined;
}

function pageRequest(scan: RelationScan, { pit, slice, after, field }: PagePosition): estypes.SearchRequest {
  const { relationField, buckets } = scan;
  const filter: estypes.QueryDslQueryContainer[] = [{ term: { [OWN_FIELDS.relation]: relationField } }];
  if (buckets !== undefined) filter.push(bucketFilter(buckets));
  return {
    pit: { id: pit, keep_alive: KEEP_ALIVE },
    size: PAGE,
    _source: false,
    track_total_hits: false,
    allow_partial_search_results: false,
    slice: { id: String(slice), max: SLICES },
    sort: [{ _shard_doc: 'asc' }],
    query: { bool: { filter } },
    filter_path: ['pit_id', 'hits.hits._id', 'hits.hits.sort', ...(field === undefined ? [] : ['hits.hits.fields'])],
    ...(field === undefined ? {} : { docvalue_fields: [field] }),
    ...(after === undefined ? {} : { search_after: after }),
  };
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

function requestOptions({ signal }: RelationScan): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
