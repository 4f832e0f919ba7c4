import { blockCondition, blockConditionByPlaces } from './leaf-sql';
import type { LeafNow } from './lock-tables';
import type { BlockRange } from './row-source';

const FIRST_WITH_TID_RANGE_SCAN = 140_000;
/** Places are listed in memory, 6 bytes each and 291 to a block of 8 KiB: this keeps a list below 1 MiB. */
const BLOCKS_PER_LIST = 512;

/** Predicates over `t` that together hold for every row in a range of blocks, each row once, in the order of the heap. */
export function coverBlocks(range: BlockRange, { blocks, blockBytes, versionNumber }: LeafNow): string[] {
  if (versionNumber >= FIRST_WITH_TID_RANGE_SCAN) return [blockCondition(range)];
  const end = Math.min(range.to ?? blocks, blocks);
  const lists = Math.max(0, Math.ceil((end - range.from) / BLOCKS_PER_LIST));
  return Array.from({ length: lists }, (_, list) => {
    const from = range.from + list * BLOCKS_PER_LIST;
    return blockConditionByPlaces({ from, to: Math.min(end, from + BLOCKS_PER_LIST) }, blockBytes);
  });
}
