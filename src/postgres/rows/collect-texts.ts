import type { Collector } from './stream-values';

const TEXTS_PER_BATCH = 10_000;
/** Bytes; doubled where a text is longer. */
const FIRST_ROOM = 4_096;

/** Collects texts, some thousands a batch. */
export function collectTexts(onBatch: (batch: readonly string[]) => void): Collector {
  let batch: string[] = [];
  let memory = Buffer.allocUnsafeSlow(FIRST_ROOM);
  let used = 0;
  const reserve = (size: number) => {
    if (size <= memory.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * memory.length));
    memory.copy(larger, 0, 0, used);
    memory = larger;
  };
  const flush = () => {
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    onBatch(full);
  };
  return {
    append(chunk, start, end) {
      reserve(used + end - start);
      chunk.copy(memory, used, start, end);
      used += end - start;
    },
    finish() {
      batch.push(memory.toString('utf8', 0, used));
      used = 0;
      if (batch.length >= TEXTS_PER_BATCH) flush();
    },
    flush,
  };
}
