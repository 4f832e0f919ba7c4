import type { IncomingHttpHeaders } from 'node:http';
import { connect, createSecureServer, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

import type { Identity } from './certificates';

/** What stands in front of Temporal Cloud: TLS, and nobody gets through without the API key. */
export interface ApiKeyGateway {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** gRPC's answer without a message: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
const UNAUTHENTICATED = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-status': '16',
  'grpc-message': 'Request unauthorized.',
};

/** @param address - of a real server that speaks gRPC in the clear */
export async function startApiKeyGateway(
  address: string,
  { certificate, key }: Identity,
  apiKey: string,
): Promise<ApiKeyGateway> {
  const sessions = new Set<Http2Session>();
  const server = createSecureServer({ cert: certificate, key });
  server.on('session', (near) => {
    const far = connect(`http://${address}`);
    for (const [session, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sessions.add(session);
      session
        .on('error', () => undefined)
        .on('close', () => {
          sessions.delete(session);
          other.close();
        });
    }
    near.on('stream', (stream, { authorization, ...headers }) => {
      stream.on('error', () => undefined);
      if (authorization === `Bearer ${apiKey}`) passOn(stream, far.request(headers));
      else stream.respond(UNAUTHENTICATED, { endStream: true });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const session of sessions) session.destroy();
      }),
  };
}

function passOn(near: ServerHttp2Stream, far: ReturnType<ReturnType<typeof connect>['request']>): void {
  far.on('error', () => {
    near.destroy();
  });
  near.on('close', () => {
    far.close();
  });
  far.on('response', (headers) => {
    near.respond(headers, { waitForTrailers: true });
    let trailers = {};
    far.on('trailers', (last: IncomingHttpHeaders) => {
      trailers = last;
    });
    near.on('wantTrailers', () => {
      near.sendTrailers(trailers);
    });
    far.pipe(near);
  });
  near.pipe(far);
}
