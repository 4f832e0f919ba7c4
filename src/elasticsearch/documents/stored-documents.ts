import type { Client, estypes } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { cutHits, type StoredDocument } from '../answers/cut-hits';
import { damagedAnswer, readAnswer } from '../answers/read-answer';
import { requestRaw } from '../answers/request-raw';
import { readLargestPage } from './largest-page';
import { atPointInTime, followPages, type Page, pageAfter, type PointInTime } from './point-in-time';

/** Documents to read. */
export interface DocumentScan {
  readonly index: string;
  readonly query: estypes.QueryDslQueryContainer;
  /** Documents a page, chosen for their size; fewer where Elasticsearch or the answer's size ask for it. */
  readonly pageSize: () => number;
  readonly signal?: AbortSignal;
}

/**
 * Reads documents with their exact source, page by page, as of one point in time. Sees what was refreshed.
 * @throws SyncFailure `InvalidConfig` for an index that keeps no `_source`
 */
export async function* scanDocuments(
  client: Client,
  scan: DocumentScan,
): AsyncGenerator<readonly StoredDocument[], void> {
  const doing = `reading the documents of ${scan.index}`;
  const largest = await readLargestPage(client, scan.index);
  const pageSize = () => Math.min(largest, scan.pageSize());
  yield* atPointInTime(client, { index: scan.index, doing }, (pit) => {
    let size = pageSize();
    return followPages(doing, async (after): Promise<Page<StoredDocument>> => {
      let answer = await requestPage(client, scan, { pit, size, after });
      while (answer === undefined) {
        size = Math.max(1, Math.floor(size / 2));
        answer = await requestPage(client, scan, { pit, size, after });
      }
      const { documents, hits, lastSort } = readAnswer(doing, () => cutHits(answer, 'hits'));
      if (documents.length < hits) throw withoutSource(scan.index);
      const next = documents.length < size ? undefined : lastSort;
      size = Math.min(size * 2, pageSize());
      return { items: documents, next };
    });
  });
}

/** Reads documents by id, as they are at this moment; ids without a document are left out. */
export async function getDocuments(
  client: Client,
  index: string,
  ids: readonly string[],
): Promise<readonly StoredDocument[]> {
  if (ids.length === 0) return [];
  const doing = `reading documents of ${index}`;
  const request = { path: `/${encodeURIComponent(index)}/_mget`, body: { ids }, doing };
  const answer = await requestRaw(client, request, ids.length === 1);
  if (answer === undefined) {
    const half = Math.ceil(ids.length / 2);
    const first = await getDocuments(client, index, ids.slice(0, half));
    return [...first, ...(await getDocuments(client, index, ids.slice(half)))];
  }
  const { documents, hits, errors } = readAnswer(doing, () => cutHits(answer, 'docs'));
  if (hits !== ids.length) throw damagedAnswer(doing);
  if (errors > 0) throw new SyncFailure('DestinationUnavailable', `Elasticsearch failed ${doing}: ${errors} of them.`);
  return documents;
}

interface PagePosition {
  readonly pit: PointInTime;
  readonly size: number;
  readonly after: unknown;
}

async function requestPage(
  client: Client,
  scan: DocumentScan,
  { pit, size, after }: PagePosition,
): Promise<Buffer | undefined> {
  const body = {
    ...pageAfter(pit, after),
    size,
    query: scan.query,
  };
  const path = '/_search?allow_partial_search_results=false';
  const doing = `reading the documents of ${scan.index}`;
  const request = { path, body, doing, ...(scan.signal === undefined ? {} : { signal: scan.signal }) };
  try {
    return await requestRaw(client, request, size === 1);
  } catch (error) {
    // Elasticsearch has no memory for so many large documents at once.
    if (error instanceof SyncFailure && error.type === 'DestinationOverloaded' && size > 1) return undefined;
    throw error;
  }
}

function withoutSource(index: string): SyncFailure {
  const message = `The index ${index} keeps no _source, so that its documents can't be read.`;
  return new SyncFailure('InvalidConfig', message, 'Sync into an index that keeps it.');
}
