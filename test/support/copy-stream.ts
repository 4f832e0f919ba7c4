/** A message of PostgreSQL's protocol: type, length, content. */
export function protocolMessage(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

/** A row of one column in the format of a binary COPY. */
export function copyTuple(value: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head.writeInt16BE(1);
  head.writeInt32BE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** What a binary COPY begins with. */
export const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);
const COPY_DONE = protocolMessage('c', Buffer.alloc(0));
/** What follows CopyDone. */
export const AFTER_COPY = Buffer.concat([
  protocolMessage('C', Buffer.from('COPY 1\0')),
  protocolMessage('Z', Buffer.from('T')),
]);
/** From the message that ends a COPY on. */
export const COPY_END = Buffer.concat([COPY_DONE, AFTER_COPY]);

/** What a server sends for a COPY of rows, with a notice and a parameter amid them, as it may. */
export function copyStream(values: readonly Buffer[], { trailer = true } = {}): Buffer {
  return Buffer.concat([
    protocolMessage('H', Buffer.from([1, 0, 1, 0, 1])),
    protocolMessage('d', COPY_HEADER),
    ...values.flatMap((value, i) => [
      ...(i % 3 === 1 ? [protocolMessage('N', Buffer.from('note\0'))] : []),
      protocolMessage('d', copyTuple(value)),
    ]),
    protocolMessage('S', Buffer.from('name\0value\0')),
    ...(trailer ? [protocolMessage('d', TRAILER)] : []),
    COPY_END,
  ]);
}

/** Cuts bytes at some places. */
export function cutBytes(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length || 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}
