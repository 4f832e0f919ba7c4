import type { BulkBody } from './bulk-body';

/**
 * The text of a bulk body's items, as pgferry writes and reads it: an action line with id and external version, then,
 * for an index action, the document as one line.
 */

const NEWLINE = 0x0a;
const INDEX_START = '{"index":{"_id":';
const DELETE_START = '{"delete":{"_id":';
const DELETE_BYTES = Buffer.from(DELETE_START);

/** A document that a later write has given a newer version stays. */
const actionEnd = (version: number) => `,"version":${version},"version_type":"external_gte"}}\n`;

/** The action line of an index action: what stands before the id, which is a JSON string, and what stands behind it. */
export function indexAction(version: number): readonly [before: string, after: string] {
  return [INDEX_START, actionEnd(version)];
}

/**
 * Deletions as a bulk body.
 * @param version - external version: a document that a later write has given a newer one stays
 */
export function deleteBody(ids: readonly string[], version: number): BulkBody {
  return joinItems(ids.map((id) => `${DELETE_START}${JSON.stringify(id)}${actionEnd(version)}`));
}

/** Whether an item, or the first one of a body, is a deletion. */
export function isDeletion(bytes: Buffer): boolean {
  return bytes.subarray(0, DELETE_BYTES.length).equals(DELETE_BYTES);
}

/** Items as a body: each is whole lines. */
export function joinItems(items: readonly string[]): BulkBody {
  const offsets: number[] = [];
  let end = 0;
  for (const item of items) {
    offsets.push(end);
    end += Buffer.byteLength(item);
  }
  return { bytes: Buffer.from(items.join('')), offsets };
}

/** An item's action line, read. */
export interface ItemAction {
  readonly id: string;
  /** External version. */
  readonly version: number;
  /** Offset of the line after it: that of the document, for an index action. */
  readonly end: number;
}

/** Reads the action line of an item of pgferry's, which begins at `start`. */
export function readAction(bytes: Buffer, start = 0): ItemAction {
  const lineEnd = bytes.indexOf(NEWLINE, start);
  const line = JSON.parse(bytes.toString('utf8', start, lineEnd)) as Readonly<
    Record<string, { readonly _id: string; readonly version: number }>
  >;
  const [action] = Object.values(line);
  if (action === undefined) throw new Error('an item begins with an action');
  return { id: action._id, version: action.version, end: lineEnd + 1 };
}
