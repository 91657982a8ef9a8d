/** Doubled six times, it has room for a chunk of a file and the row that fills it. */
const SMALLEST = 5 * 1024;

/** Characters that are worth making bytes of. */
const TEXT = 8 * 1024;

/** ASCII texts one behind the other, as the bytes that they are on disk. Little of what is in it is kept as texts. */
export class AsciiBuffer {
  #bytes = Buffer.alloc(0);
  /** Bytes that are used. */
  #used = 0;
  /** What comes behind them. */
  #text = '';
  /** Size of the next bytes. */
  #size = SMALLEST;

  get length(): number {
    return this.#used + this.#text.length;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= TEXT) this.#encode();
  }

  /** Adds what is in another one, but for so many bytes at its beginning. */
  addFrom(other: AsciiBuffer, skip: number): void {
    this.#encode();
    other.#encode();
    const bytes = other.#bytes.subarray(skip, other.#used);
    this.#makeRoom(bytes.length);
    bytes.copy(this.#bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Hands out all bytes; it is empty then. */
  take(): Uint8Array {
    this.#encode();
    const bytes = this.#bytes.subarray(0, this.#used);
    this.#bytes = Buffer.alloc(0);
    this.#used = 0;
    return bytes;
  }

  #encode(): void {
    this.#makeRoom(this.#text.length);
    this.#used += this.#bytes.write(this.#text, this.#used, 'latin1');
    this.#text = '';
  }

  #makeRoom(more: number): void {
    const wanted = this.#used + more;
    if (wanted <= this.#bytes.length) return;
    if (wanted > this.#size) this.#size = Math.max(2 * this.#size, wanted);
    const larger = Buffer.allocUnsafe(this.#size);
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
