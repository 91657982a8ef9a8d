import { createReadStream } from 'node:fs';
import { ExportError, exportError } from './errors.js';
import { anyRowSchema, type Row } from './row.js';

/** Longest row that is read, in characters: a commit message may be long, a gigabyte is no row. */
const LONGEST_ROW = 64 * 1024 * 1024;

/**
 * Reads an exported table row by row, without holding more than one row and one block of the file.
 *
 * @throws {ExportError} where the file cannot be read or is not an array of rows
 */
export async function* readRows(file: string): AsyncGenerator<Row> {
  for await (const text of readElements(file)) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new ExportError(file, 'is not JSON; restore it or delete it');
    }
    const result = anyRowSchema.safeParse(value);
    if (!result.success) {
      throw new ExportError(file, 'holds something that is not a row; restore it or delete it');
    }
    yield result.data;
  }
}

/**
 * Number of rows of an exported table, without looking into them.
 *
 * @throws {ExportError} where the file cannot be read or is not an array
 */
export async function countRows(file: string): Promise<number> {
  let rows = 0;
  for await (const _element of readElements(file)) {
    rows += 1;
  }
  return rows;
}

/** The elements of the top-level array as JSON texts. */
async function* readElements(file: string): AsyncGenerator<string> {
  const splitter = new ElementSplitter(file);
  try {
    for await (const block of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
      yield* splitter.push(String(block));
    }
  } catch (error) {
    throw exportError(file, 'read', error);
  }
  splitter.end();
}

/** Cuts a JSON array into its elements by counting brackets outside of strings; the elements are checked later. */
class ElementSplitter {
  #state: 'before' | 'inside' | 'after' = 'before';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #element = '';

  constructor(private readonly file: string) {}

  push(block: string): string[] {
    const elements: string[] = [];
    let from = 0;
    for (let index = 0; index < block.length; index += 1) {
      if (this.#state !== 'inside') {
        this.#outside(block.charCodeAt(index));
        from = index + 1;
      } else if (this.#ends(block.charCodeAt(index))) {
        this.#finish(this.#element + block.slice(from, index), elements, block.charCodeAt(index) === CLOSE);
        from = index + 1;
      }
    }
    this.#element += block.slice(from);
    if (this.#element.length > LONGEST_ROW) {
      throw new ExportError(this.file, `holds a row of more than ${LONGEST_ROW} characters`);
    }
    return elements;
  }

  end(): void {
    if (this.#state !== 'after') {
      throw new ExportError(this.file, 'ends in the middle; restore it or delete it');
    }
  }

  #outside(code: number): void {
    if (this.#state === 'before' && code === OPEN) {
      this.#state = 'inside';
    } else if (!WHITE_SPACE.has(code)) {
      throw new ExportError(this.file, 'is not an array of rows; restore it or delete it');
    }
  }

  /** Whether the character, a comma or the last bracket, ends an element. */
  #ends(code: number): boolean {
    if (this.#inString) {
      this.#inString = this.#escaped || code !== QUOTE;
      this.#escaped = !this.#escaped && code === BACKSLASH;
      return false;
    }
    if (code === QUOTE) {
      this.#inString = true;
    } else if (code === OPEN || code === OPEN_OBJECT) {
      this.#depth += 1;
    } else if (code === CLOSE || code === CLOSE_OBJECT) {
      this.#depth -= 1;
      return this.#depth < 0;
    }
    return code === COMMA && this.#depth === 0;
  }

  #finish(element: string, elements: string[], last: boolean): void {
    this.#element = '';
    if (last) {
      this.#state = 'after';
    }
    if (element.trim() !== '') {
      elements.push(element);
    } else if (!last) {
      throw new ExportError(this.file, 'has a comma without a row; restore it or delete it');
    }
  }
}

const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT, QUOTE, BACKSLASH, COMMA] = [91, 93, 123, 125, 34, 92, 44];
const WHITE_SPACE = new Set([32, 9, 10, 13]);
