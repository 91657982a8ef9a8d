import { PatternError } from './errors.js';
import { octal, SIMPLE_ESCAPES } from './escapes.js';
import { Reader } from './reader.js';
import type { ParsedPattern } from './syntax.js';

/** Text, and numbers of groups that are filled in. */
export type Replacement = readonly (string | number)[];

/**
 * Parses a replacement as Python's `re.sub` does (`\1`, `\g<name>`, `\n`).
 *
 * @throws {PatternError} on escapes that Python refuses and groups that the pattern does not have
 */
export function parseReplacement(template: string, parsed: ParsedPattern): Replacement {
  const reader = new Reader(template);
  const parts: (string | number)[] = [];
  while (!reader.atEnd) {
    const character = reader.next();
    parts.push(character === '\\' ? readEscape(reader, parsed) : character);
  }
  const missing = parts.find((part) => typeof part === 'number' && part > parsed.groups);
  if (missing !== undefined) {
    throw new PatternError(`replacement refers to the group ${missing}, which the pattern does not have`);
  }
  return parts;
}

function readEscape(reader: Reader, parsed: ParsedPattern): string | number {
  const letter = reader.next();
  if (letter === 'g') {
    return readNamed(reader, parsed);
  }
  if (letter === '0') {
    return String.fromCharCode(octal(letter + reader.takeWhile(/^[0-7]$/, 2)));
  }
  if (/^[1-9]$/.test(letter)) {
    return readNumber(reader, letter);
  }
  const simple = letter === 'b' ? '\b' : SIMPLE_ESCAPES[letter];
  if (simple === undefined && /^[A-Za-z]$/.test(letter)) {
    return reader.fail(`has a bad escape \\${letter}`);
  }
  return simple ?? `\\${letter}`;
}

function readNamed(reader: Reader, parsed: ParsedPattern): string | number {
  if (!reader.take('<')) {
    return reader.fail('misses < after \\g');
  }
  const name = reader.until('>');
  return /^[0-9]{1,3}$/.test(name)
    ? Number(name)
    : (parsed.names.get(name) ?? reader.fail(`refers to the unknown group ${JSON.stringify(name)}`));
}

function readNumber(reader: Reader, first: string): string | number {
  const position = reader.position;
  const digits = first + reader.takeWhile(/^[0-7]$/, 2);
  if (/^[0-7]{3}$/.test(digits)) {
    return String.fromCharCode(octal(digits));
  }
  reader.back(position);
  return Number(first + reader.takeWhile(/^[0-9]$/, 1));
}
