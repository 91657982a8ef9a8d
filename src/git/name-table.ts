import { NONE } from './typed-list.js';

/** Bytes of a word; names have 20 or 32 bytes. */
const WORD = 4;

/** Numbers for object names: the n-th different name gets n. Holds the bytes of the names and an open hash table. */
export class NameTable {
  /** The bytes of the names by number, and room for one more, where a name is put to look for it. */
  #names = Buffer.alloc(0);
  /** The same bytes, which are compared four at once. */
  #words = new Int32Array(0);
  #slots = new Int32Array(4096).fill(NONE);
  #length = 0;
  #bytesPerName = 0;

  get length(): number {
    return this.#length;
  }

  /** The number of a name in hexadecimal; a new one where it is not known. */
  add(name: string): number {
    const slot = this.#put(name);
    const found = this.#slots[slot] ?? NONE;
    if (found !== NONE) return found;
    const number = this.#length++;
    this.#slots[slot] = number;
    if (this.#length * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  /** The number of a name, or NONE. */
  find(name: string): number {
    return this.#slots[this.#put(name)] ?? NONE;
  }

  name(number: number): string {
    return this.#names.toString('hex', number * this.#bytesPerName, (number + 1) * this.#bytesPerName);
  }

  /** Puts a name behind the known ones; returns the slot that holds it, or the free one where it belongs. */
  #put(name: string): number {
    if (this.#bytesPerName === 0) this.#bytesPerName = name.length / 2;
    const end = (this.#length + 1) * this.#bytesPerName;
    if (end > this.#names.length) {
      const larger = new Int32Array(Math.max(end * 2, 1024 * this.#bytesPerName) / WORD);
      larger.set(this.#words);
      this.#words = larger;
      this.#names = Buffer.from(larger.buffer);
    }
    this.#names.write(name, this.#length * this.#bytesPerName, 'hex');
    return this.#slotOf(this.#length);
  }

  /** Names are hashes themselves, so that their first bytes serve as one. */
  #slotOf(number: number): number {
    const words = this.#bytesPerName / WORD;
    const mask = this.#slots.length - 1;
    let slot = (this.#words[number * words] ?? 0) & mask;
    for (let other = this.#slots[slot] ?? NONE; other !== NONE; other = this.#slots[slot] ?? NONE) {
      if (this.#same(number * words, other * words, words)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #same(one: number, other: number, words: number): boolean {
    for (let word = 0; word < words; word++) {
      if (this.#words[one + word] !== this.#words[other + word]) return false;
    }
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let number = 0; number < this.#length; number++) this.#slots[this.#slotOf(number)] = number;
  }
}
