import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { SyncFailure } from '../sync/failures';
import type { PayloadKey } from './payload-key';

const CIPHER = 'aes-256-gcm';
/** Bytes of the nonce, which comes first, and of the tag, which comes last. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The metadata that Temporal's own examples of encryption use. */
const ENCODING = 'encoding';
const ENCRYPTED = Buffer.from('binary/encrypted');
const KEY_ID = 'encryption-key-id';

/**
 * Encrypts whole payloads, their metadata too, with the first key; decrypts what any of the keys has encrypted. What was
 * written before there was a key passes as it is. Without a key nothing is encrypted, and what is can't be read.
 *
 * Decoding rejects with a SyncFailure `InvalidConfig` where the key is missing or the payload was changed.
 */
export function encryptPayloads(keys: readonly PayloadKey[]): PayloadCodec {
  const [first] = keys;
  return {
    encode: (payloads) => settle(() => (first === undefined ? payloads : payloads.map((one) => encrypt(one, first)))),
    decode: (payloads) =>
      settle(() => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, keys) : payload))),
  };
}

/** A promise of what is there at once, or of the error. */
function settle<Value>(compute: () => Value): Promise<Value> {
  return new Promise((resolve) => {
    resolve(compute());
  });
}

function encrypt(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const sealed = [cipher.update(temporal.api.common.v1.Payload.encode(payload).finish()), cipher.final()];
  return {
    metadata: { [ENCODING]: ENCRYPTED, [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]),
  };
}

function isEncrypted({ metadata }: Payload): boolean {
  return ENCRYPTED.equals(metadata?.[ENCODING] ?? Buffer.alloc(0));
}

function decrypt({ metadata, data }: Payload, keys: readonly PayloadKey[]): Payload {
  const id = Buffer.from(metadata?.[KEY_ID] ?? []).toString();
  const found = keys.find((key) => key.id === id);
  if (found === undefined) throw missingKey(id);
  const bytes = Buffer.from(data ?? []);
  try {
    const decipher = createDecipheriv(CIPHER, found.key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return temporal.api.common.v1.Payload.decode(opened);
  } catch {
    throw new SyncFailure(
      'InvalidConfig',
      `Temporal holds data that key ${id} does not open: it was changed.`,
      'Look for who writes to the namespace beside pgferry.',
    );
  }
}

function missingKey(id: string): SyncFailure {
  // It comes from outside.
  const name = /^[\w.-]{1,64}$/u.test(id) ? id : 'of another program';
  return new SyncFailure(
    'InvalidConfig',
    `Temporal holds data that was encrypted with key ${name}, which temporal.encryption does not give.`,
    'Give that key as temporal.encryption.second_key until nothing that it encrypted is needed any more.',
  );
}
