import { PatternError } from './errors.js';
import type { Reader } from './reader.js';

export const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const HEXADECIMAL_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads an escape that stands for one character, its letter already read; its code point. */
export function readCharacterEscape(reader: Reader, letter: string): number {
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) {
    return simple.charCodeAt(0);
  }
  const length = HEXADECIMAL_LENGTHS[letter];
  if (length !== undefined) {
    const digits = reader.takeWhile(/^[0-9a-fA-F]$/, length);
    const code = Number.parseInt(digits, 16);
    if (digits.length !== length || code > 0x10ffff) {
      reader.fail(`has a bad escape \\${letter}${digits}`);
    }
    return code;
  }
  if (/^[A-Za-z]$/.test(letter)) {
    reader.fail(`has an escape that is not supported, \\${letter}`);
  }
  return letter.codePointAt(0) ?? 0;
}

/** Code point of octal digits. */
export function octal(digits: string): number {
  const code = Number.parseInt(digits, 8);
  if (code > 0o377) {
    throw new PatternError(`octal escape \\${digits} is beyond \\377`);
  }
  return code;
}
