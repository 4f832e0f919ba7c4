import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

import { readPayloads, renderPayloads } from '../../../src/codec-server/remote-payloads';
import { type CodecServer, serveCodec } from '../../../src/codec-server/serve-codec';
import { compressPayloads } from '../../../src/payloads/compress-payloads';
import { encryptPayloads } from '../../../src/payloads/encrypt-payloads';
import { readPayloadKeys } from '../../../src/payloads/payload-key';

const UI = 'http://localhost:8233';
const TOKEN = 'the-token-of-this-test';
const codecs = [compressPayloads, encryptPayloads(readPayloadKeys({ key: randomBytes(32).toString('base64') }))];

let server: CodecServer;

beforeAll(async () => {
  server = await serveCodec({ address: { host: '127.0.0.1', port: 0 }, uiOrigins: [UI], token: TOKEN, codecs });
});

afterAll(() => server.close());

const AUTHORIZED = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', origin: UI };

function ask(path: string, body: string, headers: Record<string, string> = AUTHORIZED, method = 'POST') {
  return fetch(`${server.url}${path}`, { method, headers, ...(method === 'POST' ? { body } : {}) });
}

function bodyOf(...values: readonly unknown[]): string {
  return renderPayloads(values.map((value) => defaultPayloadConverter.toPayload(value)));
}

async function payloadsOf(answer: Response): Promise<Payload[]> {
  expect(answer.status).toBe(200);
  return readPayloads(await answer.text()) ?? [];
}

test('what it encodes it decodes, in order, and what is not encoded stays', async () => {
  const values = ['one', { two: 2 }, { large: 'x'.repeat(20_000) }];
  const encoded = await payloadsOf(await ask('/encode', bodyOf(...values)));
  expect(encoded.map(({ metadata }) => Buffer.from(metadata?.['encoding'] ?? []).toString())).toEqual(
    values.map(() => 'binary/encrypted'),
  );
  const decoded = await payloadsOf(await ask('/decode', renderPayloads(encoded)));
  expect(decoded.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual(values);
  expect(await payloadsOf(await ask('/decode', bodyOf('plain')))).toEqual(readPayloads(bodyOf('plain')));
});

describe('who asks', () => {
  test('must know the token, whatever page it is', async () => {
    const wrong = [undefined, 'Bearer wrong', `Bearer ${TOKEN}x`, TOKEN, `Basic ${TOKEN}`, 'Bearer '];
    for (const authorization of wrong) {
      const headers = { origin: UI, ...(authorization === undefined ? {} : { authorization }) };
      const answer = await ask('/decode', bodyOf('x'), headers);
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(await answer.text()).not.toContain(TOKEN);
    }
  });

  test('may be no page, as Temporal’s CLI', async () => {
    await payloadsOf(await ask('/decode', bodyOf('x'), { authorization: `Bearer ${TOKEN}` }));
  });

  test.each(['http://localhost:8234', 'https://localhost:8233', 'http://localhost:8233.example', 'null'])(
    'must not be the page %s, not even with the token',
    async (origin) => {
      for (const method of ['POST', 'OPTIONS']) {
        const answer = await ask('/decode', bodyOf('x'), { ...AUTHORIZED, origin }, method);
        expect(answer.status).toBe(403);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  test('is told, as a browser asks before, that the UI may send its headers', async () => {
    const answer = await ask('/decode', '', { origin: UI, 'access-control-request-method': 'POST' }, 'OPTIONS');
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringMatching(/authorization.*content-type.*x-namespace/u) as string,
      vary: 'origin',
    });
  });
});

describe('what is no request for it', () => {
  test.each([
    ['GET', '/decode', 405],
    ['POST', '/', 404],
    ['POST', '/decode/more', 404],
  ])('%s %s is answered with %i', async (method, path, status) => {
    expect((await ask(path, bodyOf('x'), AUTHORIZED, method)).status).toBe(status);
  });

  test.each([
    '',
    '{',
    '[]',
    '{"payloads":1}',
    '{"payloads":[1]}',
    '{"payloads":[{"data":1}]}',
    '{"payloads":[{"metadata":{"encoding":1}}]}',
  ])('the body %s is answered with 400', async (body) => {
    expect((await ask('/decode', body)).status).toBe(400);
  });

  test('a body without end is answered with 413', async () => {
    expect((await ask('/decode', `{"payloads":["${'x'.repeat(9_000_000)}"]}`)).status).toBe(413);
  });

  test('a payload of another key is answered with 400 and the id of that key', async () => {
    const key = randomBytes(32).toString('base64');
    const [{ id } = { id: '' }] = readPayloadKeys({ key });
    const foreign = await encryptPayloads(readPayloadKeys({ key })).encode([defaultPayloadConverter.toPayload('x')]);
    const answer = await ask('/decode', renderPayloads(foreign));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(id);
  });
});
