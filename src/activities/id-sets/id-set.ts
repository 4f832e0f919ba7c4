import { hashId, ID_WORDS as WORDS } from './id-hash';

const FIRST_CAPACITY = 1 << 12;
/** Share of slots in use above which looking up gets slow. */
const MAX_LOAD = 0.7;

const EMPTY = 0;
const PRESENT = 1;
const SEEN = 2;

/**
 * A set of document ids that holds 128 bits of each (a hash), whatever their length, and one byte of marks.
 * A million ids take 25 to 50 MB while it grows, less than a tenth of the strings.
 */
export class IdSet {
  #words = new Uint32Array(FIRST_CAPACITY * WORDS);
  #marks = new Uint8Array(FIRST_CAPACITY);
  #size = 0;
  #seen = 0;

  get size(): number {
    return this.#size;
  }

  /** Ids that {@link see} was never called with. */
  get unseen(): number {
    return this.#size - this.#seen;
  }

  add(id: string): void {
    if (this.#size >= this.#marks.length * MAX_LOAD) this.#grow();
    const words = hashId(id);
    const slot = this.#find(words);
    if (this.#marks[slot] !== EMPTY) return;
    this.#words.set(words, slot * WORDS);
    this.#marks[slot] = PRESENT;
    this.#size += 1;
  }

  /**
   * Marks an id as seen.
   * @returns whether it is in the set
   */
  see(id: string): boolean {
    const slot = this.#find(hashId(id));
    if (this.#marks[slot] === EMPTY) return false;
    if (this.#marks[slot] === PRESENT) this.#seen += 1;
    this.#marks[slot] = SEEN;
    return true;
  }

  isUnseen(id: string): boolean {
    return this.#marks[this.#find(hashId(id))] === PRESENT;
  }

  #find(words: Uint32Array): number {
    const mask = this.#marks.length - 1;
    let slot = (words[0] ?? 0) & mask;
    while (this.#marks[slot] !== EMPTY && !this.#holds(slot, words)) slot = (slot + 1) & mask;
    return slot;
  }

  #holds(slot: number, words: Uint32Array): boolean {
    const start = slot * WORDS;
    for (let word = 0; word < WORDS; word += 1) {
      if (this.#words[start + word] !== words[word]) return false;
    }
    return true;
  }

  #grow(): void {
    const [words, marks] = [this.#words, this.#marks];
    this.#words = new Uint32Array(words.length * 2);
    this.#marks = new Uint8Array(marks.length * 2);
    marks.forEach((mark, slot) => {
      if (mark === EMPTY) return;
      const moved = words.subarray(slot * WORDS, (slot + 1) * WORDS);
      const to = this.#find(moved);
      this.#words.set(moved, to * WORDS);
      this.#marks[to] = mark;
    });
  }
}
