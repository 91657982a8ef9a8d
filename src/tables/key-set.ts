import { createHash, randomBytes } from 'node:crypto';

const WORDS = 4;
const SMALLEST = 1024;

/**
 * The keys of a table in 16 bytes each: the first half of a SHA-256 over the values, in a table with open addressing.
 * A random prefix, made anew for each set, keeps others from preparing values that collide.
 */
export class KeySet {
  readonly #prefix = randomBytes(16);
  #slots = new Uint32Array(SMALLEST * WORDS);
  #capacity = SMALLEST;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(values: readonly string[]): boolean {
    const hash = this.#hash(values);
    return !this.#isFree(this.#find(this.#slots, this.#capacity, hash, 0));
  }

  /** False where the key was there already. */
  add(values: readonly string[]): boolean {
    const hash = this.#hash(values);
    const slot = this.#find(this.#slots, this.#capacity, hash, 0);
    if (!this.#isFree(slot)) {
      return false;
    }
    this.#slots.set(hash, slot);
    this.#size += 1;
    if (this.#size * 4 > this.#capacity * 3) {
      this.#grow();
    }
    return true;
  }

  #hash(values: readonly string[]): Uint32Array {
    const hash = createHash('sha256').update(this.#prefix);
    // Lengths keep ["a", "b"] and ["ab", ""] apart.
    const digest = hash.update(values.map((value) => `${value.length}:${value}`).join('')).digest();
    const words = new Uint32Array(WORDS);
    for (let word = 0; word < WORDS; word += 1) {
      words[word] = digest.readUInt32LE(word * 4);
    }
    // A slot whose first word is 0 is free.
    words[0] = (words[0] ?? 0) | 1;
    return words;
  }

  #isFree(slot: number): boolean {
    return this.#slots[slot] === 0;
  }

  /** First word of the slot that holds the hash, or of the free slot where it belongs. */
  #find(slots: Uint32Array, capacity: number, hash: Uint32Array, offset: number): number {
    let index = (hash[offset + 1] ?? 0) % capacity;
    for (;;) {
      const slot = index * WORDS;
      const free = slots[slot] === 0;
      if (free || isEqual(slots, slot, hash, offset)) {
        return slot;
      }
      index = (index + 1) % capacity;
    }
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const slots = new Uint32Array(capacity * WORDS);
    for (let slot = 0; slot < this.#slots.length; slot += WORDS) {
      if (!this.#isFree(slot)) {
        const target = this.#find(slots, capacity, this.#slots, slot);
        slots.set(this.#slots.subarray(slot, slot + WORDS), target);
      }
    }
    this.#slots = slots;
    this.#capacity = capacity;
  }
}

function isEqual(left: Uint32Array, leftOffset: number, right: Uint32Array, rightOffset: number): boolean {
  for (let word = 0; word < WORDS; word += 1) {
    if (left[leftOffset + word] !== right[rightOffset + word]) {
      return false;
    }
  }
  return true;
}
