import { defaultPayloadConverter, type Payload } from '@temporalio/common';

import { compressPayloads } from '../../../src/payloads/compress-payloads';

async function there(value: unknown): Promise<Payload> {
  const [encoded = {}] = await compressPayloads.encode([defaultPayloadConverter.toPayload(value)]);
  return encoded;
}

async function backAgain(payload: Payload): Promise<unknown> {
  const [decoded = {}] = await compressPayloads.decode([payload]);
  return defaultPayloadConverter.fromPayload(decoded);
}

describe('payloads', () => {
  const large = { names: Array.from({ length: 5_000 }, (_, n) => `public.table_${n} – ü`) };

  test('that are large are compressed, and come back as they were', async () => {
    const plain = defaultPayloadConverter.toPayload(large).data?.length ?? 0;
    const payload = await there(large);
    expect(payload.data?.length).toBeLessThan(plain / 4);
    expect(await backAgain(payload)).toEqual(large);
  });

  test.each([[{ connectorId: 'shop', jobType: 'full' }], [undefined], [null], ['text']])(
    'that are small stay readable for everybody: %j',
    async (value) => {
      const payload = await there(value);
      expect(payload).toEqual(defaultPayloadConverter.toPayload(value));
      expect(await backAgain(payload)).toEqual(value);
    },
  );

  test('that another client wrote without compressing are read as they are', async () => {
    expect(await backAgain(defaultPayloadConverter.toPayload(large))).toEqual(large);
  });
});
