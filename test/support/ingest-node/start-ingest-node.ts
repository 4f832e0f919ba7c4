import { gunzipSync } from 'node:zlib';

import { type FaultyProxy, type ProxiedRequest, startFaultyProxy } from '../faulty-proxy';
import { ingestBulk } from './ingest-bulk';
import { keepPipelines } from './kept-pipelines';
import { createRealNode } from './real-node';

/** Elasticsearch with ingest processors, as far as they are played: see {@link startIngestNode}. */
export interface IngestNode {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Starts a proxy before an Elasticsearch that has no ingest processors, and plays them: `drop`, `set`, `remove`, `rename`,
 * `fail` and `pipeline`, with `if`, `ignore_failure` and `on_failure`, in bulks that come this way. Pipelines are put and
 * read as ever, and the node keeps them, so several proxies before one node show the same ones. Everything else passes as
 * it is, so do single documents (`PUT index/_doc/id`), which nobody's pipeline sees here.
 *
 * @param target - address of the node
 */
export async function startIngestNode(target: string): Promise<IngestNode> {
  const proxy = await startFaultyProxy(target);
  proxy.fault = ingestFault(target);
  return { url: proxy.url, close: proxy.close };
}

/** Lets a proxy before `target` play pipelines as long as it is the proxy's fault. */
export function ingestFault(target: string): FaultyProxy['fault'] {
  return async ({ method, url: address, headers, body }) => {
    const url = new URL(address, target);
    const node = createRealNode(target, headers.authorization);
    if (/^\/(?:[^/]+\/)?_bulk$/u.test(url.pathname)) return ingestBulk(node, url, readText({ headers, body }));
    if (/^\/_ingest\/pipeline(?:\/[^/]+)?$/u.test(url.pathname))
      return keepPipelines(node, method, url, readText({ headers, body }));
    return undefined;
  };
}

function readText({ headers, body }: Pick<ProxiedRequest, 'headers' | 'body'>): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}
