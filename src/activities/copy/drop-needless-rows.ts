import type { BulkBody } from '../../sync/bulk-body';
import { readAction } from '../../sync/bulk-item';
import { OWN_FIELDS } from '../../sync/own-fields';

const FINGERPRINT = Buffer.from(`"${OWN_FIELDS.fingerprint}":`);
const COMMA = 0x2c;

/** A row on its way to the index. */
export interface FingerprintedRow {
  readonly id: string;
  readonly fingerprint: number;
  /** Its place in the body. */
  readonly item: number;
}

/** A body without the rows that nobody needs; the same body where all are needed. */
export function dropNeedlessRows(body: BulkBody, isNeeded: (row: FingerprintedRow) => boolean): BulkBody {
  const { bytes, offsets } = body;
  const kept: Buffer[] = [];
  const keptOffsets: number[] = [];
  let length = 0;
  for (const [index, start] of offsets.entries()) {
    const end = offsets[index + 1] ?? bytes.length;
    if (!isNeeded({ ...readRow(bytes, start), item: index })) continue;
    kept.push(bytes.subarray(start, end));
    keptOffsets.push(length);
    length += end - start;
  }
  if (kept.length === offsets.length) return body;
  return { bytes: Buffer.concat(kept, length), offsets: keptOffsets };
}

/** The fingerprint stands before everything that a row itself gives to its document, so that the first one is it. */
function readRow(bytes: Buffer, start: number): Omit<FingerprintedRow, 'item'> {
  const { id, end } = readAction(bytes, start);
  const valueStart = bytes.indexOf(FINGERPRINT, end) + FINGERPRINT.length;
  const fingerprint = Number(bytes.toString('latin1', valueStart, bytes.indexOf(COMMA, valueStart)));
  return { id, fingerprint };
}
