import { hashId, ID_WORDS } from './id-hash';

const FIRST_CAPACITY = 1 << 12;
/** Share of slots in use above which looking up gets slow. */
const MAX_LOAD = 0.7;
/** No fingerprint of 64 bits is infinite. NaN stands for a document without one, and equals none. */
const FREE = Infinity;

/**
 * The fingerprints of documents by id: 24 bytes each, whatever the ids' length. Both sides read a fingerprint as a
 * double, so that 53 of its 64 bits count.
 */
export class FingerprintMap {
  #words = new Uint32Array(FIRST_CAPACITY * ID_WORDS);
  /** `FREE` where the slot is. */
  #values = new Float64Array(FIRST_CAPACITY).fill(FREE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(id: string, fingerprint: number): void {
    if (this.#size >= this.#values.length * MAX_LOAD) this.#grow();
    const words = hashId(id);
    const slot = this.#find(words);
    if (this.#isFree(slot)) this.#size += 1;
    this.#words.set(words, slot * ID_WORDS);
    this.#values[slot] = fingerprint;
  }

  get(id: string): number | undefined {
    const value = this.#values[this.#find(hashId(id))];
    return value === FREE ? undefined : value;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  #find(words: Uint32Array): number {
    const mask = this.#values.length - 1;
    let slot = (words[0] ?? 0) & mask;
    while (!this.#isFree(slot) && !this.#holds(slot, words)) slot = (slot + 1) & mask;
    return slot;
  }

  #isFree(slot: number): boolean {
    return this.#values[slot] === FREE;
  }

  #holds(slot: number, words: Uint32Array): boolean {
    const start = slot * ID_WORDS;
    for (let word = 0; word < ID_WORDS; word += 1) {
      if (this.#words[start + word] !== words[word]) return false;
    }
    return true;
  }

  #grow(): void {
    const [words, values] = [this.#words, this.#values];
    this.#words = new Uint32Array(words.length * 2);
    this.#values = new Float64Array(values.length * 2).fill(FREE);
    values.forEach((value, slot) => {
      if (value === FREE) return;
      const moved = words.subarray(slot * ID_WORDS, (slot + 1) * ID_WORDS);
      const to = this.#find(moved);
      this.#words.set(moved, to * ID_WORDS);
      this.#values[to] = value;
    });
  }
}
