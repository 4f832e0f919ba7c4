import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

import type { EncryptionSettings } from '../config/settings/settings';

/** A key of AES-256, and what tells it from others without telling it. */
export interface PayloadKey {
  /** 16 hex digits that follow from the key: they are kept with what it encrypted. */
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys of a configuration: the first encrypts, all decrypt. Empty where payloads are not encrypted. */
export function readPayloadKeys(encryption: EncryptionSettings | undefined): PayloadKey[] {
  if (encryption === undefined) return [];
  const { key, secondKey } = encryption;
  return [key, ...(secondKey === undefined ? [] : [secondKey])].map((text) =>
    toPayloadKey(Buffer.from(text, 'base64')),
  );
}

function toPayloadKey(bytes: Buffer): PayloadKey {
  const id = createHmac('sha256', bytes).update('id of a pgferry payload key').digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}
