import type { BulkBody } from '../../sync/bulk-body';
import { SyncFailure } from '../../sync/failures';
import { parseJson } from '../../sync/json-value';
import type { ValueSink } from '../copy-protocol/tuple-decoder';
import { giveBackMemory, takeMemory } from './body-memory';
import type { CopyPiece, OversizedRow } from './copy-piece';
import { OMITTED_MARK, OVERSIZED_MARK } from './row-projection';

const OVERSIZED = OVERSIZED_MARK.charCodeAt(0);
const OMITTED = OMITTED_MARK.charCodeAt(0);
const NEWLINE = 0x0a;
/** Room for the row that takes a body over its target. */
const SLACK_BYTES = 64 * 1024;

/** Collects rows into pieces. */
export interface PieceBuilder extends ValueSink {
  /** Rows completed so far. */
  readonly rows: () => number;
  /** Hands out the rows that are complete. */
  readonly flush: () => void;
}

/** Appends every row to one buffer a piece, which is handed out once it has reached `targetBytes()`. */
export function createPieceBuilder(targetBytes: () => number, onPiece: (piece: CopyPiece) => void): PieceBuilder {
  let bytes: Buffer = Buffer.alloc(0);
  let used = 0;
  let rowStart = 0;
  let rows = 0;
  let target = 0;
  let offsets: number[] = [];
  let oversized: OversizedRow[] = [];
  let omitted = new Map<number, number>();

  function reserve(size: number): void {
    if (used + size <= bytes.length) return;
    if (used === 0) target = Math.max(1, targetBytes());
    const larger = takeMemory(Math.max(used + size, used === 0 ? target + SLACK_BYTES : 2 * bytes.length));
    bytes.copy(larger, 0, 0, used);
    giveBackMemory(bytes);
    bytes = larger;
  }

  function flush(): void {
    if (oversized.length > 0) onPiece({ kind: 'refused', rows: oversized });
    oversized = [];
    if (offsets.length === 0) return;
    // After a lost connection there may be the beginning of a row behind it.
    const body: BulkBody = { bytes: bytes.subarray(0, rowStart), offsets };
    const memory = bytes;
    const giveBack = () => {
      giveBackMemory(memory);
    };
    const piece: CopyPiece = { kind: 'rows', body, giveBack, omitted };
    bytes = Buffer.alloc(0);
    used = rowStart = 0;
    offsets = [];
    omitted = new Map();
    onPiece(piece);
  }

  /** Takes off the line that stands before the item. */
  function takeOmitted(): void {
    const end = bytes.indexOf(NEWLINE, rowStart);
    omitted.set(offsets.length, Number(bytes.toString('latin1', rowStart + 1, end)));
    bytes.copyWithin(rowStart, end + 1, used);
    used -= end + 1 - rowStart;
  }

  return {
    append(chunk, start, end) {
      reserve(end - start);
      chunk.copy(bytes, used, start, end);
      used += end - start;
    },
    finish() {
      rows += 1;
      // Behind an empty value lies what an earlier piece left in this memory.
      const first = used === rowStart ? undefined : bytes[rowStart];
      if (first === OVERSIZED) {
        oversized.push(parseOversized(bytes.toString('utf8', rowStart + 1, used)));
        used = rowStart;
      } else {
        if (first === OMITTED) takeOmitted();
        offsets.push(rowStart);
        rowStart = used;
      }
      if (used >= target) flush();
    },
    rows: () => rows,
    flush,
  };
}

function parseOversized(json: string): OversizedRow {
  const report = parseJson(json);
  const isReport = typeof report === 'object' && report !== null && 'id' in report && 'bytes' in report;
  if (!isReport || typeof report.id !== 'string' || typeof report.bytes !== 'number') {
    throw new SyncFailure('Defect', 'a binary COPY brought a report of an oversized row that is none');
  }
  const list = 'list' in report && typeof report.list === 'string' ? { list: report.list } : {};
  return { fault: 'oversized', id: report.id, bytes: report.bytes, ...list };
}
