/** A list of 32-bit integers without the cost of an array of numbers. */
export class IntegerList {
  #values = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  pop(): number {
    return this.#values[--this.#length] ?? NONE;
  }

  at(index: number): number {
    return this.#values[index] ?? NONE;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }
}

/** Stands for "no such thing" in a list of indexes. */
export const NONE = -1;
