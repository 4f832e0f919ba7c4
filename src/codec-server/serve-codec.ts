import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Payload, PayloadCodec } from '@temporalio/common';

import { SyncFailure } from '../sync/failures';
import { admitRequest, type CodecAccess } from './admit-request';
import { readPayloads, renderPayloads } from './remote-payloads';

/** A codec server that answers. */
export interface CodecServer {
  /** `http://127.0.0.1:8081` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Codecs, in the order of encoding, with address and access. */
export interface CodecService extends CodecAccess {
  readonly address: { readonly host: string; readonly port: number };
  readonly codecs: readonly PayloadCodec[];
}

/** Bytes of a request: Temporal's own limit of a message is 4 MB, which base64 makes larger by a third. */
const MAX_BODY = 8_388_608;

/**
 * Encodes and decodes payloads for Temporal's UI and CLI: `POST /encode`, `POST /decode`.
 * @throws SyncFailure `InvalidConfig` when the address can't be listened at
 * @see https://docs.temporal.io/production-deployment/data-encryption#api-contract-specifications
 */
export async function serveCodec(service: CodecService): Promise<CodecServer> {
  const { host, port } = service.address;
  const server = createServer((request, response) => {
    answer(service, request, response).catch(() => response.destroy());
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const reason = code === 'EADDRINUSE' ? 'it is in use' : code;
    const message = `The codec server can't listen at codec_server.address ${host}:${port}: ${reason}.`;
    throw new SyncFailure('InvalidConfig', message, 'Give it another address; port 0 takes a free one.');
  }
  const bound = server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function answer(service: CodecService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/u, '');
  const { status, message, headers } = admitRequest(request, path, service);
  if (status === 204) {
    response.writeHead(status, headers).end();
    return;
  }
  const refuse = (code: number, text: string) => {
    send(response, code, { ...headers, connection: 'close' }, JSON.stringify({ message: text }));
  };
  if (status !== 200) {
    refuse(status, message);
    return;
  }
  const body = await readBody(request);
  const payloads = body === undefined ? undefined : readPayloads(body);
  if (body === undefined) refuse(413, `a request has at most ${MAX_BODY} bytes`);
  else if (payloads === undefined) refuse(400, 'the body must be {"payloads": [{"metadata": {…}, "data": "…"}]}');
  else {
    try {
      send(response, 200, headers, renderPayloads(await run(service.codecs, path, payloads)));
    } catch (error) {
      refuse(400, error instanceof SyncFailure ? error.message : 'a payload is none of pgferry’s');
    }
  }
}

async function run(codecs: readonly PayloadCodec[], path: string, given: Payload[]): Promise<Payload[]> {
  let payloads = given;
  if (path === '/encode') for (const codec of codecs) payloads = await codec.encode(payloads);
  else for (const codec of [...codecs].reverse()) payloads = await codec.decode(payloads);
  return payloads;
}

/** @returns undefined for one that is too long */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string): void {
  response
    .writeHead(status, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(`${body}\n`);
}
