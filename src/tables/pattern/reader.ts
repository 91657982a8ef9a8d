import { PatternError } from './errors.js';

/** Reads a pattern one code point at a time. */
export class Reader {
  readonly #characters: readonly string[];
  #position = 0;

  constructor(readonly source: string) {
    this.#characters = [...source];
  }

  get atEnd(): boolean {
    return this.#position >= this.#characters.length;
  }

  /** Number of characters read so far. */
  get position(): number {
    return this.#position;
  }

  /** The next character without reading it; empty at the end. */
  peek(): string {
    return this.#characters[this.#position] ?? '';
  }

  next(): string {
    if (this.atEnd) {
      this.fail('ends too early');
    }
    const character = this.peek();
    this.#position += 1;
    return character;
  }

  /** Reads the text if it comes next. */
  take(text: string): boolean {
    const characters = [...text];
    if (characters.some((character, index) => this.#characters[this.#position + index] !== character)) {
      return false;
    }
    this.#position += characters.length;
    return true;
  }

  /** Reads characters while they match, at most so many. */
  takeWhile(expression: RegExp, limit = Number.POSITIVE_INFINITY): string {
    let result = '';
    while (!this.atEnd && result.length < limit && expression.test(this.peek())) {
      result += this.next();
    }
    return result;
  }

  /** Reads up to and including the terminator; returns what stands before it. */
  until(terminator: string): string {
    let result = '';
    while (this.peek() !== terminator) {
      result += this.next();
    }
    this.next();
    return result;
  }

  back(position: number): void {
    this.#position = position;
  }

  fail(problem: string): never {
    const shown = this.source.length > 80 ? `${this.source.slice(0, 80)}...` : this.source;
    throw new PatternError(`pattern ${JSON.stringify(shown)} ${problem} (at character ${this.#position + 1})`);
  }
}
