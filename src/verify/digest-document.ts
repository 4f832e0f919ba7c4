import { hash } from 'node:crypto';

import { OWN_FIELDS } from '../sync/own-fields';

const START = Buffer.from(`,"${OWN_FIELDS.timestamp}":"`);
const QUOTE = 0x22;

/**
 * Digest of a document but its `_timestamp`, which tells when the row was committed or synced and so is not the row's
 * own. Twice the same bytes: the same digest; the order of keys and the digits of numbers count. A document that has
 * none, or something else in its place, has the digest of no row.
 */
export function digestDocument(json: Buffer): string {
  // In JSON this stands for nothing but the member's start: within a string the quotes would be escaped.
  const start = json.indexOf(START);
  const end = start === -1 ? -1 : json.indexOf(QUOTE, start + START.length);
  if (end === -1 || !isMoment(json.toString('latin1', start + START.length, end))) return `${digest(json)} without`;
  return digest(joinAround(json, start, end + 1));
}

/** Whether a document's `_timestamp` is one, whichever. */
export function isMoment(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

let scratch = Buffer.alloc(1 << 16);

/** The bytes before `start` and from `end` on, in a buffer that the next call overwrites. */
function joinAround(json: Buffer, start: number, end: number): Buffer {
  const length = json.length - (end - start);
  const target = length > scratch.length ? Buffer.allocUnsafe(length) : scratch;
  // Memory for a very large document must not stay.
  if (length > scratch.length && length < 1 << 22) scratch = target;
  json.copy(target, 0, 0, start);
  json.copy(target, start, end);
  return target.subarray(0, length);
}

function digest(bytes: Buffer): string {
  return hash('sha256', bytes, 'binary');
}
