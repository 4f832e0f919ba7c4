import type { LoadedDataConverter, Payload } from '@temporalio/common';

/** The value of a payload that the client hands out as Temporal has it, in raw descriptions. */
export async function decodePayload(
  { payloadCodecs, payloadConverter }: LoadedDataConverter,
  payload: Payload,
): Promise<unknown> {
  let payloads = [payload];
  for (const codec of [...payloadCodecs].reverse()) payloads = await codec.decode(payloads);
  const [decoded] = payloads;
  return decoded === undefined ? undefined : payloadConverter.fromPayload<unknown>(decoded);
}
