import { type BulkRequestItem, parseBulk, renderBulk } from './bulk-request';
import { parseExactly, renderExactly } from './exact-json';
import { filterAnswer } from './filter-answer';
import { findPipelines, type IndexPipelines, NONE } from './find-pipelines';
import { textOf } from './ingest-document';
import { type IngestedItem, ingestItem } from './ingest-item';
import { readPipelines } from './kept-pipelines';
import type { NodeAnswer, RealNode } from './real-node';

/**
 * Sends a bulk through its pipelines and on to the node, and answers as Elasticsearch does:
 * https://github.com/elastic/elasticsearch/blob/main/server/src/main/java/org/elasticsearch/action/bulk/BulkRequestModifier.java
 *
 * @returns undefined where no pipeline applies
 */
export async function ingestBulk(node: RealNode, url: URL, body: string): Promise<NodeAnswer | undefined> {
  const found = new Map<string, Promise<IndexPipelines>>();
  const ofIndex = (index: string) => {
    const known = found.get(index) ?? findPipelines(node, index);
    found.set(index, known);
    return known;
  };
  const items = await Promise.all(
    readItems(url, body).map(async ({ item, chosen }) => {
      // Deletions pass no pipeline; updates pass one only where they may insert, which nobody lets them do here.
      if (item.action !== 'index' && item.action !== 'create') return { item, first: NONE, final: NONE };
      const { default: byDefault, final } = await ofIndex(textOf(item.metadata['_index']));
      return { item, first: chosen ?? byDefault, final };
    }),
  );
  if (items.every(({ first, final }) => first === NONE && final === NONE)) return undefined;
  const ingest = { pipelines: await readPipelines(node), ofIndex };
  const ingested = await Promise.all(items.map(({ item, first, final }) => ingestItem(ingest, item, [first, final])));
  return writeRest(node, url, ingested);
}

interface ReadItem {
  readonly item: BulkRequestItem;
  /** Pipeline that the item names, or the request. */
  readonly chosen?: string;
}

function readItems({ pathname, searchParams }: URL, body: string): ReadItem[] {
  const inPath = /^\/([^/]+)\/_bulk/u.exec(pathname)?.[1];
  const common = {
    ...(inPath === undefined ? {} : { _index: decodeURIComponent(inPath) }),
    pipeline: searchParams.get('pipeline') ?? undefined,
  };
  return parseBulk(body).map((sent) => {
    const { pipeline, ...metadata } = { ...common, ...sent.metadata };
    return { item: { ...sent, metadata }, ...(typeof pipeline === 'string' ? { chosen: pipeline } : {}) };
  });
}

/** Writes what its pipelines left, and puts the answers of all items in the order in which they were sent. */
async function writeRest(node: RealNode, url: URL, ingested: readonly IngestedItem[]): Promise<NodeAnswer> {
  const query = new URLSearchParams(url.search);
  query.delete('filter_path');
  // The first pipeline has done its work; a final one is empty to the node, and looked for.
  query.set('pipeline', NONE);
  const writes = ingested.flatMap((item) => ('write' in item ? [item.write] : []));
  let written: BulkAnswer = { took: 0, items: [] };
  if (writes.length > 0) {
    const answer = await node.send('POST', `${url.pathname}?${query.toString()}`, renderBulk(writes));
    if (answer.status !== 200) return answer;
    written = parseExactly(answer.body) as BulkAnswer;
  }
  const rest = [...written.items];
  const items = ingested.map((item) => ('answer' in item ? item.answer : (rest.shift() ?? {})));
  const errors = items.some((item) => Object.values(item).some((result) => 'error' in (result as object)));
  const whole = { errors, took: written.took, ingest_took: 0, items };
  return { status: 200, body: renderExactly(filterAnswer(whole, url.searchParams.get('filter_path'))) };
}

interface BulkAnswer {
  readonly took: number;
  readonly items: readonly object[];
}
