import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An answer of the real server. */
export interface AlteredAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AlteringProxy {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const OF_THE_CONNECTION = new Set(['connection', 'content-length', 'transfer-encoding']);

/**
 * A proxy before a real server that changes its answers, as load balancers do.
 * @param alter - gives the answer to a request for a path
 * @param prefix - below which the server is found; anything else is nginx's 404
 */
export async function startAlteringProxy(
  target: string,
  alter: (answer: AlteredAnswer, path: string) => AlteredAnswer = (answer) => answer,
  prefix = '',
): Promise<AlteringProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    if (!url.startsWith(prefix)) {
      outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<html><h1>404 Not Found</h1></html>');
      return;
    }
    const path = url.slice(prefix.length) || '/';
    const far = request(new URL(path, target), { method, headers }, (answer) => {
      void buffer(answer).then((bytes) => {
        const kept = Object.entries(answer.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
        const altered = alter({ headers: Object.fromEntries(kept), body: bytes }, path);
        for (const [name, value] of Object.entries(altered.headers))
          if (value !== undefined) outgoing.setHeader(name, value);
        outgoing.writeHead(answer.statusCode ?? 502).end(method === 'HEAD' ? undefined : altered.body);
      });
    });
    far.on('error', () => outgoing.destroy());
    incoming.pipe(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
