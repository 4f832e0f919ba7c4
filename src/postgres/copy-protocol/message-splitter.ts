import { SyncFailure } from '../../sync/failures';

const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const ERROR_RESPONSE = 0x45;
/** CopyOutResponse, NoticeResponse, ParameterStatus, NotificationResponse: all else that may come before the end. */
const PASSED_OVER = new Set([0x48, 0x4e, 0x53, 0x41]);
/** Type and length; the length counts itself. */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;

/** Takes the contents of CopyData messages: bytes `start` up to, but without, `end` of a chunk, which is used again. */
export type CopyDataSink = (chunk: Buffer, start: number, end: number) => void;

/** Cuts what a server sends during a COPY into messages. */
export interface MessageSplitter {
  /**
   * Takes the next bytes from the socket.
   * @returns undefined while the COPY goes on; at its end the bytes that are not its own any more: the error, or what
   * follows CopyDone
   */
  readonly push: (chunk: Buffer) => Buffer | undefined;
}

/**
 * Splits the backend's messages and hands on the contents of CopyData without copying them.
 * Format: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function createMessageSplitter(sink: CopyDataSink): MessageSplitter {
  const cutHeader = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let bodyBytes = 0;
  let isData = false;

  return {
    push(chunk) {
      let position = 0;
      while (position < chunk.length) {
        if (bodyBytes === 0) {
          if (headerBytes === 0 && chunk[position] === ERROR_RESPONSE) return chunk.subarray(position);
          let header = chunk;
          let start = position;
          // Copying a few bytes costs more than reading them in place: only a header that was cut in two is joined.
          if (headerBytes > 0 || chunk.length - position < HEADER_BYTES) {
            const taken = Math.min(HEADER_BYTES - headerBytes, chunk.length - position);
            chunk.copy(cutHeader, headerBytes, position, position + taken);
            headerBytes += taken;
            position += taken;
            if (headerBytes < HEADER_BYTES) return undefined;
            [header, start, headerBytes] = [cutHeader, 0, 0];
          } else {
            position += HEADER_BYTES;
          }
          const type = header[start] ?? 0;
          bodyBytes = header.readUInt32BE(start + 1) - LENGTH_BYTES;
          isData = type === COPY_DATA;
          if (type === COPY_DONE) return chunk.subarray(position);
          if (bodyBytes < 0 || !(isData || PASSED_OVER.has(type))) throw unexpectedMessage();
        }
        const end = Math.min(position + bodyBytes, chunk.length);
        if (isData && end > position) sink(chunk, position, end);
        bodyBytes -= end - position;
        position = end;
      }
      return undefined;
    },
  };
}

/** Waiting for the rest of what is no message could last for ever. */
function unexpectedMessage(): SyncFailure {
  return new SyncFailure('SourceUnavailable', 'PostgreSQL sent what is no part of a COPY: its connection is broken');
}
