import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What a proxy does to a request: answers itself, cuts the connection, passes it on and cuts it instead of answering,
 * answers a byte at a time, or half of an answer and no more.
 */
export type Fault =
  | { readonly status: number; readonly body?: string }
  | { readonly byteEveryMs: number }
  | 'reset'
  | 'lose the answer'
  | 'stop in the middle';

/** A request as the proxy sees it. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A proxy before a real server, for what that server does not do on demand. */
export interface FaultyProxy {
  readonly url: string;
  /** Decides on each request; undefined passes it on. */
  fault: (request: ProxiedRequest) => Fault | undefined | Promise<Fault | undefined>;
  readonly close: () => Promise<void>;
}

/** The client takes nobody for Elasticsearch who does not say so. */
const ANSWER_HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };

/** @param port - where to listen; by default at a free one */
export async function startFaultyProxy(target: string, port = 0): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    // A client that went away in the middle of its request waits for no answer.
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming);
    const { method = '', url = '', headers } = incoming;
    const fault = await proxy.fault({ method, url, headers, body });
    if (fault === 'reset') incoming.socket.resetAndDestroy();
    else if (fault === undefined || typeof fault === 'string' || 'byteEveryMs' in fault)
      passOn({ target, incoming, body, outgoing }, fault);
    else outgoing.writeHead(fault.status, ANSWER_HEADERS).end(fault.body ?? '');
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return proxy;
}

interface Exchange {
  readonly target: string;
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly outgoing: ServerResponse;
}

function passOn({ target, incoming, body, outgoing }: Exchange, fault: Fault | undefined): void {
  const { method, headers, url } = incoming;
  const forwarded = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
    if (fault === 'lose the answer') {
      answer.resume().on('end', () => incoming.socket.resetAndDestroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    const lose = () => outgoing.destroy();
    if (fault === undefined) answer.on('error', lose).pipe(outgoing);
    else
      void buffer(answer)
        .then((bytes) => sendSlowly(outgoing, bytes, fault))
        .catch(lose);
  });
  forwarded.on('error', () => outgoing.destroy());
  forwarded.end(body);
}

async function sendSlowly(outgoing: ServerResponse, bytes: Buffer, fault: Fault): Promise<void> {
  if (typeof fault === 'string' || !('byteEveryMs' in fault)) {
    outgoing.write(bytes.subarray(0, bytes.length / 2));
    return;
  }
  for (let at = 0; at < bytes.length && !outgoing.destroyed; at += 1) {
    outgoing.write(bytes.subarray(at, at + 1));
    await sleep(fault.byteEveryMs);
  }
  outgoing.end();
}
