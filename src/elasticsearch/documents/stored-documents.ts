import { isDeepStrictEqual } from 'node:util';
import type { Client, estypes } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { cutHits, type StoredDocument } from '../answers/cut-hits';
import { asObject, asText, damagedAnswer, readAnswer } from '../answers/read-answer';
import { requestRaw } from '../answers/request-raw';
import { translateFailures } from '../answers/translate-failure';

/** Which documents to read. */
export interface DocumentScan {
  readonly index: string;
  readonly query: estypes.QueryDslQueryContainer;
  /** Documents a page, chosen for their size; fewer where Elasticsearch or the answer's size ask for it. */
  readonly pageSize: () => number;
  readonly signal?: AbortSignal;
}

const KEEP_ALIVE = '5m';

/**
 * Reads documents with their exact source, page by page, as of one point in time. Sees what was refreshed.
 * @throws SyncFailure `InvalidConfig` for an index that keeps no `_source`
 */
export async function* scanDocuments(
  client: Client,
  scan: DocumentScan,
): AsyncGenerator<readonly StoredDocument[], void> {
  const doing = `reading the documents of ${scan.index}`;
  const opened: unknown = await translateFailures(doing, () =>
    client.openPointInTime({ index: scan.index, keep_alive: KEEP_ALIVE }),
  );
  const pit = readAnswer(doing, () => asText(asObject(opened)['id']));
  try {
    let size = scan.pageSize();
    let after: unknown;
    for (;;) {
      const answer = await readPage(client, scan, { pit, size, after });
      if (answer === undefined) {
        size = Math.max(1, Math.floor(size / 2));
        continue;
      }
      const { documents, hits, lastSort } = readAnswer(doing, () => cutHits(answer, 'hits'));
      if (documents.length < hits) throw withoutSource(scan.index);
      if (documents.length > 0) yield documents;
      if (documents.length < size || lastSort === undefined) return;
      // Else the scan would never end.
      if (isDeepStrictEqual(lastSort, after)) throw damagedAnswer(doing);
      after = lastSort;
      size = Math.min(size * 2, scan.pageSize());
    }
  } finally {
    // It would expire by itself: failing to close it must not hide what ended the scan.
    await client.closePointInTime({ id: pit }).catch(() => undefined);
  }
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

interface Page {
  readonly pit: string;
  readonly size: number;
  readonly after: unknown;
}

async function readPage(client: Client, scan: DocumentScan, { pit, size, after }: Page): Promise<Buffer | undefined> {
  const body = {
    pit: { id: pit, keep_alive: KEEP_ALIVE },
    size,
    track_total_hits: false,
    sort: [{ _shard_doc: 'asc' }],
    query: scan.query,
    ...(after === undefined ? {} : { search_after: after }),
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
