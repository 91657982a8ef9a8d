import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** JSON as one line without its end, whatever ends a line for whoever reads it. In texts it has two of these only. */
export function asLine(json: string): string {
  const line = json.replaceAll('\n', ' ').replaceAll('\r', ' ');
  return line.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** A value as one line without its end. */
export function jsonLine(value: unknown): string {
  return asLine(JSON.stringify(value));
}

/** A value of a file with one in each line. */
export interface JsonLine {
  readonly value: unknown;
  /** Number of the byte behind it, before what ends the line. */
  readonly end: number;
}

/** @throws {SyntaxError} at a line that is no JSON, such as a last one that was cut */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine> {
  const input = createReadStream(file, 'utf8');
  let start = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const end = start + Buffer.byteLength(line);
      yield { value: JSON.parse(line), end };
      start = end + 1;
    }
  } finally {
    input.destroy();
  }
}
