import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { SyncFailure } from '../sync/failures';
import type { Readiness } from './readiness';

/** Content of the pages that are served. */
export interface MonitoringContent {
  /** Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly readiness: () => Promise<Readiness>;
  /** Answers requests for all other addresses: the status page. */
  readonly page: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** An HTTP server that answers. */
export interface MonitoringServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const PLAIN_TEXT = 'text/plain; charset=utf-8';
/** Addresses for programs, which may ask under any name: a scraper asks for a service. */
const PROGRAMS_READ = ['/metrics', '/healthz', '/readyz'];

/**
 * Serves `/metrics`, `/healthz`, `/readyz`, and the status page. `/healthz` needs no more than an event loop that turns,
 * which is what it vouches for.
 * @throws SyncFailure `InvalidConfig` when the address can't be listened at
 */
export async function serveMonitoring(
  address: { readonly host: string; readonly port: number },
  content: MonitoringContent,
): Promise<MonitoringServer> {
  const server = createServer((request, response) => {
    answer(request, content, response).catch(() => response.destroy());
  });
  await listen(server, address);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new SyncFailure(
      'InvalidConfig',
      `The worker can't listen at monitoring.address ${host}:${port}: ` +
        `${code === 'EADDRINUSE' ? 'it is in use' : code}.`,
      'Give each worker of a machine an address of its own in monitoring.address; port 0 takes a free one. ' +
        '`pgferry up` takes --page-port PORT, too.',
    );
  }
}

async function answer(request: IncomingMessage, content: MonitoringContent, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/u, '');
  if (!PROGRAMS_READ.includes(path)) {
    await content.page(request, response);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, PLAIN_TEXT, 'GET only\n');
    return;
  }
  switch (path) {
    case '/metrics':
      send(response, 200, PROMETHEUS_TEXT, await content.metrics());
      return;
    case '/healthz':
      send(response, 200, PLAIN_TEXT, 'ok\n');
      return;
    default: {
      const { ready, ...report } = await content.readiness();
      send(response, ready ? 200 : 503, 'application/json', `${JSON.stringify(report)}\n`);
    }
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
