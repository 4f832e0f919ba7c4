import type { BulkBody } from '../../sync/bulk-body';

/** Bytes of item `index`: its action line and, for an index action, its document line. */
export function itemBytes({ bytes, offsets }: BulkBody, index: number): Buffer {
  const start = offsets[index];
  if (start === undefined) throw new RangeError(`no item ${index} in a body of ${offsets.length}`);
  return bytes.subarray(start, offsets[index + 1] ?? bytes.length);
}

/** Items `from` to before `to` as a body of their own; shares the bytes, copies none. */
export function sliceBody({ bytes, offsets }: BulkBody, from: number, to: number): BulkBody {
  const start = offsets[from] ?? bytes.length;
  const end = offsets[to] ?? bytes.length;
  return { bytes: bytes.subarray(start, end), offsets: offsets.slice(from, to).map((offset) => offset - start) };
}

/** Some items, by ascending index, as a body of their own. */
export function pickItems(body: BulkBody, indexes: readonly number[]): BulkBody {
  if (indexes.length === body.offsets.length) return body;
  const offsets: number[] = [];
  let end = 0;
  const parts = indexes.map((index) => {
    const part = itemBytes(body, index);
    offsets.push(end);
    end += part.length;
    return part;
  });
  return { bytes: Buffer.concat(parts, end), offsets };
}

/** Cuts a body of at least two items into two of about the same bytes, each with at least one item. */
export function bisectBody(body: BulkBody): [BulkBody, BulkBody] {
  const { bytes, offsets } = body;
  const half = bytes.length / 2;
  const middle = offsets.findIndex((offset) => offset >= half);
  const cut = Math.min(offsets.length - 1, Math.max(1, middle === -1 ? offsets.length - 1 : middle));
  return [sliceBody(body, 0, cut), sliceBody(body, cut, offsets.length)];
}
