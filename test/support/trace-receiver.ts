import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Takes spans as an OpenTelemetry collector does, over OTLP/HTTP. */
export interface TraceReceiver {
  readonly url: string;
  /** All bytes that came, a character each: names and attributes are readable in them. */
  readonly text: () => string;
  readonly traceIds: () => ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

/** How a span begins in protobuf: 16 bytes of trace id, then 8 of span id. */
// eslint-disable-next-line no-control-regex -- the bytes of protobuf are what this is about
const SPAN_START = /\x0a\x10(?<trace>[^]{16})\x12\x08/gu;

export async function startTraceReceiver(): Promise<TraceReceiver> {
  let received = '';
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/v1/traces') received += body.toString('latin1');
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => received,
    traceIds: () => new Set([...received.matchAll(SPAN_START)].map((match) => match.groups?.['trace'] ?? '')),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
