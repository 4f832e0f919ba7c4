import type { CopyOptions } from '../../postgres/rows/copy-options';
import type { RowProjection } from '../../postgres/rows/row-projection';
import type { PieceTarget } from './write-pieces';

/** Options to read rows for a {@link PieceTarget}: in pieces of the size that its writer asks for. */
export function copyOptions(
  { connector, writer, version, signal }: PieceTarget,
  projection: RowProjection,
): CopyOptions {
  return {
    projection,
    version,
    maxRowBytes: connector.settings.limits.maxRowBytes,
    targetBytes: () => writer.targetBytes(),
    signal,
  };
}
