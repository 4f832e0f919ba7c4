import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client } from '@elastic/elasticsearch';

import { answerConnectorApi, Refusal } from './connector-api-routes';

/** Elasticsearch with the Connector API. */
export interface ConnectorApi {
  readonly url: string;
  /** Requests since it was started, as `POST /_msearch`, with their number. */
  readonly requests: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

/**
 * Stands in for Elasticsearch's Connector API, before a node that lacks the module: what `/_connector` says is done to the
 * documents of that node, with the checks and answers of the module that connectors meet; all else is passed on.
 */
export async function startConnectorApi(node: string): Promise<ConnectorApi> {
  const client = new Client({ node });
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://node');
    const kind = `${request.method ?? ''} ${/\/_[a-z_]+/u.exec(pathname)?.[0] ?? '/'}`;
    requests.set(kind, (requests.get(kind) ?? 0) + 1);
    if (pathname.startsWith('/_connector')) void answer(client, request, response);
    else passOn(node, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await client.close();
    },
  };
}

async function answer(client: Client, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://node');
  const reply = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end(JSON.stringify(body));
  };
  try {
    const content = await text(request);
    const body = (content === '' ? {} : JSON.parse(content)) as Record<string, unknown>;
    const path = pathname.split('/').slice(2).map(decodeURIComponent);
    const { status = 200, ...result } = await answerConnectorApi(
      client,
      request.method ?? '',
      path,
      body,
      searchParams,
    );
    reply(status, result);
  } catch (error) {
    const { status, type } = error instanceof Refusal ? error : { status: 500, type: 'exception' };
    reply(status, { error: { type, reason: String(error) }, status });
  }
}

function passOn(node: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '/', headers } = request;
  const onward = send(new URL(url, node), { method, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
