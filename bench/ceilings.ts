import { Agent, request } from 'node:http';

import { cutChunks } from '../src/activities/copy/cut-chunks';
import { prepareIndex } from '../src/activities/index-lifecycle/prepare-index';
import { planSync } from '../src/activities/plan/plan-sync';
import { refreshIndex } from '../src/elasticsearch/index/refresh-index';
import type { CopyPiece } from '../src/postgres/rows/copy-piece';
import { copyRows } from '../src/postgres/rows/copy-rows';
import { forgetIndex } from './run-sync';
import type { Sample } from './sample';
import type { Stage } from './stage';

/** Bytes of a prepared body. */
const BODY_BYTES = 4 * 1_048_576;
/** Readers of PostgreSQL at a time: as many as a sync has by default. */
const READERS = 2;
/** What a sync's own request asks for. */
const ANSWER = 'errors,took,items.*.status,items.*.error';

/** What a sync of a connector's one table reads and sends. */
async function* readPieces(stage: Stage, connectorId: string): AsyncGenerator<AsyncIterable<CopyPiece>> {
  const connector = await stage.registry.open(connectorId);
  const { plan, relations } = await planSync(connector, { jobType: 'full', jobId: 'bench', options: {} });
  for (const { relation, projection } of relations) {
    for (const leaf of relation.leaves) {
      for (const range of cutChunks({ from: 0, to: null }, leaf.blocks)) {
        yield copyRows(connector.source, {
          relation,
          leaf,
          range,
          projection,
          version: plan.job.version,
          maxRowBytes: connector.settings.limits.maxRowBytes,
          targetBytes: () => BODY_BYTES,
        });
      }
    }
  }
}

/** (a) Reads every row as bulk bodies and drops them, with as many readers as a sync has. */
export async function readAll(stage: Stage, connectorId: string): Promise<Sample> {
  const started = performance.now();
  const chunks = readPieces(stage, connectorId);
  let documents = 0;
  await inLanes(READERS, async () => {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      for await (const piece of next.value) {
        if (piece.kind !== 'rows') continue;
        documents += piece.body.offsets.length;
        piece.giveBack();
      }
    }
  });
  return { seconds: (performance.now() - started) / 1_000, documents };
}

/** Documents in memory, as bulk bodies. */
export interface Prepared {
  readonly bodies: readonly Buffer[];
  readonly documents: number;
}

export async function prepareBodies(stage: Stage, connectorId: string): Promise<Prepared> {
  const bodies: Buffer[] = [];
  let documents = 0;
  for await (const pieces of readPieces(stage, connectorId)) {
    for await (const piece of pieces) {
      if (piece.kind !== 'rows') continue;
      bodies.push(Buffer.from(piece.body.bytes));
      documents += piece.body.offsets.length;
      piece.giveBack();
    }
  }
  return { bodies, documents };
}

/**
 * (b) Sends prepared bodies into a new index, made as a sync makes it, over plain connections that stay open; done when
 * all documents can be found, as a sync is.
 */
export async function sendAll(
  stage: Stage,
  connectorId: string,
  { bodies, documents }: Prepared,
  connections: number,
): Promise<Sample> {
  await forgetIndex(stage, connectorId);
  const connector = await stage.registry.open(connectorId);
  const { plan } = await planSync(connector, { jobType: 'full', jobId: `ceiling-${Date.now()}`, options: {} });
  await prepareIndex(connector, plan);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const url = new URL(`/${plan.job.index}/_bulk?filter_path=${ANSWER}`, stage.elasticsearch);
  const queue = bodies.values();
  const started = performance.now();
  await inLanes(connections, async () => {
    for (const body of queue) await post(url, agent, body);
  });
  await refreshIndex(connector.elasticsearch, plan.job.concreteIndex);
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  return { seconds, documents, bytes };
}

function post(url: URL, agent: Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let start = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        if (start.length < 100) start += part;
      });
      response.on('end', () => {
        if (start.startsWith('{"errors":false')) resolve();
        else reject(new Error(`a bulk was answered ${response.statusCode ?? 0}: ${start.slice(0, 300)}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** Shares the iteration of one queue between several workers. */
async function inLanes(lanes: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, work));
}
