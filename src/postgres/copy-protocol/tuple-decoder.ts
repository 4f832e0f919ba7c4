import { SyncFailure } from '../../sync/failures';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the header's extension. */
const HEADER_BYTES = SIGNATURE.length + 8;
/** Number of fields, always 1 here, that begins a row. */
const FIELDS_BYTES = 2;
/** Length of a field. */
const LENGTH_BYTES = 4;
const NO_FIELDS_LEFT = -1;

/** Takes values piece by piece. */
export interface ValueSink {
  /** Bytes `start` up to, but without, `end` of `chunk` belong to the current value. Copies them: `chunk` is used again. */
  readonly append: (chunk: Buffer, start: number, end: number) => void;
  /** The current value is complete. */
  readonly finish: () => void;
}

/** Reads binary COPY data however it is cut. */
export interface TupleDecoder {
  readonly push: (chunk: Buffer, start: number, end: number) => void;
  /**
   * The server says that it has sent everything.
   * @throws SyncFailure where the trailer is missing: rows would be missing in silence
   */
  readonly end: () => void;
}

/**
 * Reads rows of one column that is never null from the data of `copy … to stdout (format binary)`, without an
 * object a row. Format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export function createTupleDecoder(sink: ValueSink): TupleDecoder {
  const cutHead = Buffer.alloc(HEADER_BYTES);
  let headBytes = 0;
  let state: 'header' | 'extension' | 'tuple' | 'length' | 'value' | 'end' = 'header';
  /** Bytes still to come of an extension or a value. */
  let remaining = 0;

  /** Reads what begins a state, from where all of its bytes are. */
  function readHead(bytes: Buffer, start: number): void {
    if (state === 'header') {
      if (!bytes.subarray(start, start + SIGNATURE.length).equals(SIGNATURE)) throw unexpected('no signature');
      remaining = bytes.readUInt32BE(start + HEADER_BYTES - 4);
      state = remaining > 0 ? 'extension' : 'tuple';
    } else if (state === 'tuple') {
      const fields = bytes.readInt16BE(start);
      if (fields !== 1 && fields !== NO_FIELDS_LEFT) throw unexpected(`a row of ${fields} fields`);
      state = fields === 1 ? 'length' : 'end';
    } else {
      remaining = bytes.readInt32BE(start);
      if (remaining < 0) throw unexpected('a null');
      state = 'value';
      if (remaining === 0) finishValue();
    }
  }

  function finishValue(): void {
    state = 'tuple';
    sink.finish();
  }

  /** @returns where the bytes end that it took */
  function takeHead(chunk: Buffer, position: number, end: number): number {
    const needed = state === 'header' ? HEADER_BYTES : state === 'tuple' ? FIELDS_BYTES : LENGTH_BYTES;
    if (headBytes === 0 && end - position >= needed) {
      readHead(chunk, position);
      return position + needed;
    }
    const taken = Math.min(needed - headBytes, end - position);
    chunk.copy(cutHead, headBytes, position, position + taken);
    headBytes += taken;
    if (headBytes === needed) {
      headBytes = 0;
      readHead(cutHead, 0);
    }
    return position + taken;
  }

  return {
    push(chunk, start, end) {
      let position = start;
      while (position < end) {
        if (state === 'end') throw unexpected('bytes after its end');
        if (state !== 'value' && state !== 'extension') {
          position = takeHead(chunk, position, end);
          continue;
        }
        const until = Math.min(position + remaining, end);
        remaining -= until - position;
        if (state === 'value') sink.append(chunk, position, until);
        position = until;
        if (remaining > 0) return;
        if (state === 'value') finishValue();
        else state = 'tuple';
      }
    },
    end() {
      if (state !== 'end') throw new SyncFailure('SourceUnavailable', 'PostgreSQL ended a COPY before its end');
    },
  };
}

function unexpected(what: string): SyncFailure {
  return new SyncFailure('Defect', `a binary COPY brought ${what}`);
}
