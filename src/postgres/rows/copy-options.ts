import type { RowProjection } from './row-projection';

/** Options of reading rows, wherever they are. */
export interface CopyOptions {
  readonly projection: RowProjection;
  /** External version that every index action carries. */
  readonly version: number;
  /** Bytes; a row whose {@link RowProjection.size} is larger is not rendered but reported. */
  readonly maxRowBytes: number;
  /** Bytes at which a piece is handed out; asked anew for every piece. */
  readonly targetBytes: () => number;
  /** Cancels the statement and drops its connection at once; the reading then throws the signal's reason. */
  readonly signal?: AbortSignal;
}
