import { NONE } from './typed-list.js';

/** Numbers for object names: the n-th different name gets n. Holds the bytes of the names and an open hash table. */
export class NameTable {
  #names = Buffer.alloc(0);
  #slots = new Int32Array(4096).fill(NONE);
  #length = 0;
  #bytesPerName = 0;

  get length(): number {
    return this.#length;
  }

  /** The number of a name in hexadecimal; a new one where it is not known. */
  add(name: string): number {
    const bytes = Buffer.from(name, 'hex');
    if (this.#bytesPerName === 0) this.#bytesPerName = bytes.length;
    const slot = this.#slotOf(bytes);
    const found = this.#slots[slot] ?? NONE;
    if (found !== NONE) return found;
    const number = this.#append(bytes);
    this.#slots[slot] = number;
    if (this.#length * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  /** The number of a name, or NONE. */
  find(name: string): number {
    return this.#length === 0 ? NONE : (this.#slots[this.#slotOf(Buffer.from(name, 'hex'))] ?? NONE);
  }

  name(number: number): string {
    return this.#names.toString('hex', number * this.#bytesPerName, (number + 1) * this.#bytesPerName);
  }

  #append(bytes: Buffer): number {
    const start = this.#length * this.#bytesPerName;
    if (start + bytes.length > this.#names.length) {
      const larger = Buffer.alloc(Math.max(this.#names.length * 2, 1024 * this.#bytesPerName));
      this.#names.copy(larger);
      this.#names = larger;
    }
    bytes.copy(this.#names, start);
    return this.#length++;
  }

  /** The slot that holds these bytes, or the free one where they belong. The names are hashes, so their start is one. */
  #slotOf(bytes: Buffer): number {
    const mask = this.#slots.length - 1;
    let slot = bytes.readUInt32LE(0) & mask;
    for (let number = this.#slots[slot]; number !== NONE && number !== undefined; number = this.#slots[slot]) {
      const start = number * this.#bytesPerName;
      if (bytes.compare(this.#names, start, start + this.#bytesPerName) === 0) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let number = 0; number < this.#length; number++) {
      const start = number * this.#bytesPerName;
      this.#slots[this.#slotOf(this.#names.subarray(start, start + this.#bytesPerName))] = number;
    }
  }
}
