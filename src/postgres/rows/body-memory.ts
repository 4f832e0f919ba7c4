/** Bytes that wait to be used again, at most: about what one worker has in flight. */
const MAX_SPARE_BYTES = 32 * 1_048_576;

const spare: Buffer[] = [];
let spareBytes = 0;

/**
 * Takes memory for a body, of at least so many bytes, with whatever was in it. Bodies are megabytes each: made anew,
 * they would drive the garbage collector.
 */
export function takeMemory(size: number): Buffer {
  for (let memory = spare.pop(); memory !== undefined; memory = spare.pop()) {
    spareBytes -= memory.length;
    // Bodies grow until they have the size that Elasticsearch takes best: smaller ones are of no use any more.
    if (memory.length >= size) return memory;
  }
  return Buffer.allocUnsafeSlow(size);
}

/** Gives memory back that nobody reads or writes any more. */
export function giveBackMemory(memory: Buffer): void {
  if (memory.length === 0 || spareBytes + memory.length > MAX_SPARE_BYTES) return;
  spare.push(memory);
  spareBytes += memory.length;
}
