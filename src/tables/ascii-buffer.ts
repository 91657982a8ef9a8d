/** Doubled six times, it has room for a chunk of a file and the row that fills it. */
const SMALLEST = 5 * 1024;

/** ASCII texts one behind the other, as the bytes that they are on disk. What is in it is not kept as texts too. */
export class AsciiBuffer {
  #bytes = Buffer.alloc(0);
  #length = 0;
  /** Size of the next bytes. */
  #size = SMALLEST;

  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    this.#makeRoom(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  /** Adds what is in another one, but for so many bytes at its beginning. */
  addFrom(other: AsciiBuffer, skip: number): void {
    const bytes = other.#bytes.subarray(skip, other.#length);
    this.#makeRoom(bytes.length);
    bytes.copy(this.#bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Hands out all bytes; it is empty then. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return bytes;
  }

  #makeRoom(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    if (wanted > this.#size) this.#size = Math.max(2 * this.#size, wanted);
    const larger = Buffer.allocUnsafe(this.#size);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
