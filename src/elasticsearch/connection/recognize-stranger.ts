import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { isRecord } from '../../sync/json-value';

/** Milliseconds for an answer that only makes a message clearer. */
const PATIENCE_MS = 5_000;

/**
 * Says what answers in place of Elasticsearch: the client takes nobody for it whose answers lack the header
 * `x-elastic-product`.
 */
export async function recognizeStranger(client: Client): Promise<SyncFailure> {
  const origin = client.connectionPool.connections[0]?.url.origin ?? 'elasticsearch.host';
  const { text = '', type = 'no type' } = await askPlainly(client).catch(() => ({ text: undefined, type: undefined }));
  const root = parse(text);
  const version = isRecord(root) && isRecord(root['version']) ? root['version'] : {};
  const number = typeof version['number'] === 'string' ? ` ${version['number']}` : '';
  if (version['distribution'] === 'opensearch') {
    return new SyncFailure(
      'InvalidConfig',
      `What answers at ${origin} is OpenSearch${number}, not Elasticsearch.`,
      'pgferry writes to Elasticsearch only: correct `elasticsearch.host`.',
    );
  }
  if (isRecord(root) && root['tagline'] === 'You Know, for Search') {
    return new SyncFailure(
      'InvalidConfig',
      `Elasticsearch${number} answers at ${origin}, but something before it drops the header x-elastic-product.`,
      'Let the proxy or load balancer pass the header x-elastic-product of answers on.',
    );
  }
  return new SyncFailure(
    'InvalidConfig',
    `What answers at ${origin} is not Elasticsearch; its answer is of the type ${type}.`,
    'Correct `elasticsearch.host`: the address of Elasticsearch itself, or of a proxy with the path that leads to it.',
  );
}

/** The client's own requests end before anybody sees what was answered. */
async function askPlainly(client: Client): Promise<{ readonly text: string; readonly type: string }> {
  const [connection] = client.connectionPool.connections;
  if (connection === undefined) throw new Error('no connection');
  const { body, headers } = await connection.request(
    { method: 'GET', path: '/', headers: { accept: 'application/json' } },
    { requestId: 'stranger', name: 'pgferry', context: undefined, signal: AbortSignal.timeout(PATIENCE_MS) },
  );
  return { text: body.toString(), type: (headers['content-type'] ?? 'none').replace(/;.*$/u, '') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
