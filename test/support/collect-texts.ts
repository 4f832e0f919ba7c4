import { gunzipSync } from 'node:zlib';

/** Every text within a value of Temporal's; payloads are bytes, of which some are compressed. */
export function collectTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return [(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1')];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(collectTexts) : [];
}
