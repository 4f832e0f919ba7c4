import type { BlockRange } from '../../postgres/rows/row-source';

/** Blocks (8 KiB each) that one COPY reads at most. */
export const BLOCKS_PER_CHUNK = {
  /**
   * 4 MiB, half a second of Elasticsearch's work. Larger chunks are no faster [measured], and a crash costs what is under
   * way of them.
   */
  everything: 512,
  /** The same work, where a document holds some ten rows of other tables. */
  trees: 64,
  /** Most blocks have no row to read then, and beginning a chunk takes as long as looking through a thousand of them. */
  changes: 4_096,
} as const;

/** Cuts blocks into chunks; where the range is open, so is its last chunk, whatever the leaf has grown to. */
export function cutChunks(
  { from, to }: BlockRange,
  leafBlocks: number,
  blocksPerChunk: number = BLOCKS_PER_CHUNK.everything,
): BlockRange[] {
  const end = Math.max(from, to ?? leafBlocks);
  const starts = Array.from({ length: Math.ceil((end - from) / blocksPerChunk) }, (_, i) => from + i * blocksPerChunk);
  const chunks: BlockRange[] = starts.map((start) => ({ from: start, to: Math.min(end, start + blocksPerChunk) }));
  if (to !== null) return chunks;
  const last = chunks.pop();
  return [...chunks, { from: last?.from ?? from, to: null }];
}
