import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';

import { compressPayloads } from '../../../src/payloads/compress-payloads';
import { encryptPayloads } from '../../../src/payloads/encrypt-payloads';
import { readPayloadKeys } from '../../../src/payloads/payload-key';
import { SyncFailure } from '../../../src/sync/failures';
import { fuzzing } from '../../support/fuzz';

const OLD = randomBytes(32).toString('base64');
const NEW = randomBytes(32).toString('base64');

const codecOf = (key: string, secondKey?: string) =>
  encryptPayloads(readPayloadKeys({ key, ...(secondKey === undefined ? {} : { secondKey }) }));
const withoutKey = encryptPayloads(readPayloadKeys(undefined));

async function encode(value: unknown, codec = codecOf(OLD)): Promise<Payload> {
  const [payload = {}] = await codec.encode([defaultPayloadConverter.toPayload(value)]);
  return payload;
}

async function decode(payload: Payload, codec = codecOf(OLD)): Promise<unknown> {
  const [decoded = {}] = await codec.decode([payload]);
  return defaultPayloadConverter.fromPayload(decoded);
}

const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('latin1');

test('an encrypted payload comes back as it was, and shows neither value nor kind', async () => {
  const value = { connectorId: 'shop', relations: ['public.customer'] };
  const payload = await encode(value);
  expect(text(payload.data)).not.toMatch(/shop|customer|json/u);
  expect(text(payload.metadata?.['encoding'])).toBe('binary/encrypted');
  expect(text(payload.metadata?.['encryption-key-id'])).toMatch(/^[0-9a-f]{16}$/u);
  expect(await decode(payload)).toEqual(value);
});

test('the same value is encrypted anew each time', async () => {
  expect(text((await encode('same')).data)).not.toBe(text((await encode('same')).data));
});

test('any value comes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.uint8Array(), fc.constant(undefined)), async (value) => {
      const decoded = await decode(await encode(value));
      const wanted = defaultPayloadConverter.fromPayload(defaultPayloadConverter.toPayload(value));
      expect(decoded).toEqual(wanted);
    }),
    fuzzing('encrypted payloads', 500),
  );
});

test('what is large is compressed before it is encrypted', async () => {
  const large = { names: Array.from({ length: 5_000 }, (_, n) => `public.table_${n}`) };
  const codecs = [compressPayloads, codecOf(OLD)] as const;
  let payloads: Payload[] = [defaultPayloadConverter.toPayload(large)];
  const plain = payloads[0]?.data?.length ?? 0;
  for (const codec of codecs) payloads = await codec.encode(payloads);
  expect(payloads[0]?.data?.length).toBeLessThan(plain / 3);
  for (const codec of [...codecs].reverse()) payloads = await codec.decode(payloads);
  expect(defaultPayloadConverter.fromPayload(payloads[0] ?? {})).toEqual(large);
});

describe('keys change without a moment at which something can’t be read', () => {
  test('first every process learns to read the new key, then they write with it, then the old one goes', async () => {
    const [before, learned, turned, after] = [codecOf(OLD), codecOf(OLD, NEW), codecOf(NEW, OLD), codecOf(NEW)];
    const neighbours = [
      [before, learned],
      [learned, turned],
      [turned, turned],
    ] as const;
    for (const [writer, reader] of neighbours) {
      expect(await decode(await encode('text', writer), reader)).toBe('text');
      expect(await decode(await encode('text', reader), writer)).toBe('text');
    }
    expect(await decode(await encode('text', turned), after)).toBe('text');
  });

  test('a key has the same id in every process, and another one than any other key', () => {
    const idOf = (key: string) => readPayloadKeys({ key })[0]?.id;
    expect(idOf(OLD)).toBe(idOf(OLD));
    expect(idOf(OLD)).not.toBe(idOf(NEW));
  });
});

test('what was written before there was a key is read as it is', async () => {
  expect(await decode(defaultPayloadConverter.toPayload('plain'))).toBe('plain');
  expect(await decode(await encode('plain', withoutKey))).toBe('plain');
});

describe('a payload that can’t be opened says why, and shows nothing', () => {
  const failureOf = (payload: Payload, codec = codecOf(OLD)) =>
    codec.decode([payload]).catch((error: unknown) => error);

  test.each([
    ['by another key', codecOf(NEW)],
    ['by no key', withoutKey],
  ])('%s: it names the one that is missing', async (_, codec) => {
    const [{ id } = { id: '' }] = readPayloadKeys({ key: OLD });
    expect(await failureOf(await encode('secret'), codec)).toMatchObject({
      type: 'InvalidConfig',
      message: expect.stringContaining(id) as string,
      remedy: expect.stringContaining('second_key') as string,
    });
  });

  test('whatever byte of it was changed, cut off or added', async () => {
    const { metadata, data } = await encode('secret');
    const bytes = Buffer.from(data ?? []);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(2), async (at, by, how) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        const broken = [changed, bytes.subarray(0, at), Buffer.concat([bytes, Buffer.from([by])])][how];
        const failure = await failureOf({ metadata: metadata ?? null, data: broken ?? null });
        expect(failure).toBeInstanceOf(SyncFailure);
      }),
      fuzzing('broken encrypted payloads', 1_000),
    );
  });

  test('a key id that is none is not repeated', async () => {
    const { metadata, data } = await encode('secret');
    const foreign = {
      metadata: { ...metadata, 'encryption-key-id': Buffer.from('\u001b[31mred') },
      data: data ?? null,
    };
    expect(await failureOf(foreign)).toMatchObject({ message: expect.not.stringContaining('red') as string });
  });
});
