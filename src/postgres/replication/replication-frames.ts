/** What a walsender sends within `CopyData`: a part of the stream, or a sign of life. */
export type ReplicationFrame =
  | { readonly kind: 'data'; readonly message: Buffer }
  | {
      readonly kind: 'keepalive';
      /** End of the WAL that was looked through. */
      readonly endLsn: bigint;
      readonly isReplyWanted: boolean;
    };

const DATA = 0x77; // w
const KEEPALIVE = 0x6b; // k
const STATUS = 0x72; // r
const DATA_HEADER_BYTES = 25;
const STATUS_BYTES = 34;
const EPOCH_MS = 946_684_800_000;

/** @returns undefined for a frame of another kind */
export function readFrame(chunk: Buffer): ReplicationFrame | undefined {
  if (chunk[0] === DATA) return { kind: 'data', message: chunk.subarray(DATA_HEADER_BYTES) };
  if (chunk[0] !== KEEPALIVE) return undefined;
  return { kind: 'keepalive', endLsn: chunk.readBigUInt64BE(1), isReplyWanted: chunk[17] === 1 };
}

/** A standby's status update: WAL below the position is no longer needed. */
export function renderStatus(lsn: bigint, nowMs: number): Buffer {
  const frame = Buffer.alloc(STATUS_BYTES);
  frame[0] = STATUS;
  for (const offset of [1, 9, 17]) frame.writeBigUInt64BE(lsn, offset);
  frame.writeBigInt64BE(BigInt(Math.round((nowMs - EPOCH_MS) * 1_000)), 25);
  return frame;
}
