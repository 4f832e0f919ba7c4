import { type BlockRange } from '../postgres/copy-request';

/**
 * Blocks (8 KiB each) that one COPY reads: 4 MiB, half a second of Elasticsearch's work. Larger chunks are no faster
 * [measured], and a crash costs what is under way of them.
 */
export const BLOCKS_PER_CHUNK = 512;

/** Cuts blocks into chunks; where the range is open, so is its last chunk, whatever the leaf has grown to. */
export function cutChunks(from: number, to: number | null, leafBlocks: number): BlockRange[] {
  const end = Math.max(from, to ?? leafBlocks);
  const starts = Array.from(
    { length: Math.ceil((end - from) / BLOCKS_PER_CHUNK) },
    (_, i) => from + i * BLOCKS_PER_CHUNK,
  );
  const chunks: BlockRange[] = starts.map((start) => ({ from: start, to: Math.min(end, start + BLOCKS_PER_CHUNK) }));
  if (to !== null) return chunks;
  const last = chunks.pop();
  return [...chunks, { from: last?.from ?? from, to: null }];
}
