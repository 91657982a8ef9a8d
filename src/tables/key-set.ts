import { hash, randomBytes } from 'node:crypto';

/** A key in 16 bytes: the first half of a SHA-256, as four words. */
export type KeyHash = readonly [number, number, number, number];

const WORDS = 4;
const SMALLEST = 1024;
/** Keeps others from preparing values that collide. */
const PREFIX = randomBytes(16).toString('hex');

/** Hash of the values of a key; the same in one process only. */
export function hashKey(values: readonly string[]): KeyHash {
  let text = PREFIX;
  for (const value of values) {
    // Lengths keep ["a", "b"] and ["ab", ""] apart.
    text += `${value.length}:${value}`;
  }
  const bytes = hash('sha256', text, 'binary');
  // A slot whose first word is 0 is free.
  return [word(bytes, 0) | 1, word(bytes, 4), word(bytes, 8), word(bytes, 12)];
}

function word(bytes: string, offset: number): number {
  return (
    bytes.charCodeAt(offset) |
    (bytes.charCodeAt(offset + 1) << 8) |
    (bytes.charCodeAt(offset + 2) << 16) |
    (bytes.charCodeAt(offset + 3) << 24)
  );
}

/** A set of keys that takes 16 bytes for each and some room to grow: a hash table with open addressing. */
export class KeySet {
  #slots = new Int32Array(SMALLEST * WORDS);
  #capacity = SMALLEST;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(key: KeyHash): boolean {
    return this.#slots[this.#find(this.#slots, key)] !== 0;
  }

  add(key: KeyHash): void {
    const slot = this.#find(this.#slots, key);
    if (this.#slots[slot] === 0) {
      this.#slots.set(key, slot);
      this.#size += 1;
      if (this.#size * 4 > this.#capacity * 3) {
        this.#grow();
      }
    }
  }

  /** First word of the slot that holds the key, or of the free slot where it belongs. */
  #find(slots: Int32Array, [first, second, third, fourth]: KeyHash): number {
    let slot = ((second >>> 0) % (slots.length / WORDS)) * WORDS;
    while (slots[slot] !== 0) {
      if (
        slots[slot] === first &&
        slots[slot + 1] === second &&
        slots[slot + 2] === third &&
        slots[slot + 3] === fourth
      ) {
        return slot;
      }
      slot = (slot + WORDS) % slots.length;
    }
    return slot;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const slots = new Int32Array(capacity * WORDS);
    for (let slot = 0; slot < this.#slots.length; slot += WORDS) {
      const [first = 0, second = 0, third = 0, fourth = 0] = this.#slots.subarray(slot, slot + WORDS);
      if (first !== 0) {
        const key: KeyHash = [first, second, third, fourth];
        slots.set(key, this.#find(slots, key));
      }
    }
    this.#slots = slots;
    this.#capacity = capacity;
  }
}
