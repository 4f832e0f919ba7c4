import type { Payload } from '@temporalio/common';

import { isRecord, parseJson } from '../sync/json-value';

/** A payload as Temporal's UI and CLI send it: proto3's JSON, in which bytes are base64. */
interface RemotePayload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/**
 * The payloads of a request's body.
 * @returns undefined for what is no `{ "payloads": [ … ] }`
 */
export function readPayloads(body: string): Payload[] | undefined {
  const parsed = parseJson(body);
  const payloads = isRecord(parsed) ? parsed['payloads'] : undefined;
  if (!Array.isArray(payloads) || !payloads.every(isRemotePayload)) return undefined;
  return payloads.map(({ metadata = {}, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
    data: Buffer.from(data ?? '', 'base64'),
  }));
}

/** The body that answers with payloads. */
export function renderPayloads(payloads: readonly Payload[]): string {
  const remote = payloads.map(({ metadata, data }): RemotePayload => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, toBase64(value)])),
    ...(data == null || data.length === 0 ? {} : { data: toBase64(data) }),
  }));
  return JSON.stringify({ payloads: remote });
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function isRemotePayload(value: unknown): value is RemotePayload {
  if (!isRecord(value)) return false;
  const { metadata = {}, data = '' } = value;
  return (
    isRecord(metadata) && Object.values(metadata).every((one) => typeof one === 'string') && typeof data === 'string'
  );
}
