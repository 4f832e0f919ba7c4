import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Bytes from which on a payload is compressed: the reports of some 40 relations. */
const LARGE = 8_192;

const ENCODING = 'encoding';
const COMPRESSED = Buffer.from('binary/gzip');
/** Metadata key of the encoding that a payload had before. */
const ORIGINAL_ENCODING = 'original-encoding';

/**
 * Compresses what is large, to about a fifth: what a sync of 5,000 relations carries over to a new run would otherwise be
 * near the 2 MB at which Temporal ends a workflow, and its history beyond what clients take in one answer. What is small
 * stays as it is, for the Temporal UI and other SDKs to read.
 */
export const compressPayloads: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(encode)),
  decode: (payloads) => Promise.all(payloads.map(decode)),
};

async function encode(payload: Payload): Promise<Payload> {
  const { data, metadata } = payload;
  const encoding = metadata?.[ENCODING];
  if (data == null || data.length < LARGE || encoding === undefined) return payload;
  return {
    ...payload,
    metadata: { ...metadata, [ENCODING]: COMPRESSED, [ORIGINAL_ENCODING]: encoding },
    data: await compress(data),
  };
}

async function decode(payload: Payload): Promise<Payload> {
  const { data, metadata } = payload;
  const { [ORIGINAL_ENCODING]: encoding, ...others } = metadata ?? {};
  const isCompressed = COMPRESSED.equals(metadata?.[ENCODING] ?? Buffer.alloc(0));
  if (data == null || encoding === undefined || !isCompressed) return payload;
  return { ...payload, metadata: { ...others, [ENCODING]: encoding }, data: await decompress(data) };
}
