import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a proxy does to a request: answers itself, cuts the connection, or passes it on and cuts it instead of answering. */
export type Fault = { readonly status: number; readonly body?: string } | 'reset' | 'lose the answer';

/** A request as the proxy sees it. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: Buffer;
}

/** A proxy before a real server, for what that server does not do on demand. */
export interface FaultyProxy {
  readonly url: string;
  /** Decides on each request; undefined passes it on. */
  fault: (request: ProxiedRequest) => Fault | undefined;
  readonly close: () => Promise<void>;
}

/** The client takes nobody for Elasticsearch who does not say so. */
const ANSWER_HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    void handle(incoming, outgoing);
  });
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming);
    const fault = proxy.fault({ method: incoming.method ?? '', url: incoming.url ?? '', body });
    if (fault === 'reset') incoming.socket.resetAndDestroy();
    else if (fault === undefined || fault === 'lose the answer')
      passOn(target, incoming, body, outgoing, fault !== undefined);
    else outgoing.writeHead(fault.status, ANSWER_HEADERS).end(fault.body ?? '');
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
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

function passOn(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
  losesAnswer: boolean,
): void {
  const { method, headers, url } = incoming;
  const forwarded = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
    if (losesAnswer) {
      answer.resume().on('end', () => incoming.socket.resetAndDestroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  forwarded.end(body);
}
