import type { Reader } from './reader.js';
import type { Flags } from './syntax.js';

const NO_FLAGS: Flags = { ignoreCase: false, multiline: false, dotAll: false, ascii: false, verbose: false };
const CHANGES: ReadonlyMap<string, Partial<Flags>> = new Map([
  ['a', { ascii: true }],
  ['i', { ignoreCase: true }],
  ['m', { multiline: true }],
  ['s', { dotAll: true }],
  ['u', { ascii: false }],
  ['x', { verbose: true }],
]);

/** Reads `(?im)` at the start of a pattern, where there is one. */
export function readGlobalFlags(reader: Reader): Flags {
  let flags = NO_FLAGS;
  for (;;) {
    const position = reader.position;
    const letters = reader.take('(?') ? reader.takeWhile(/^[a-zA-Z]$/) : '';
    if (letters === '' || !reader.take(')')) {
      reader.back(position);
      return flags;
    }
    flags = switchOn(reader, flags, letters);
  }
}

/** Reads the `i-m:` of `(?i-m:...)`, or just the colon. */
export function readScopedFlags(reader: Reader, flags: Flags): Flags {
  const on = reader.takeWhile(/^[a-zA-Z]$/);
  const off = reader.take('-') ? reader.takeWhile(/^[imsx]$/) : '';
  if (!reader.take(':')) {
    reader.fail('has an unknown extension, or flags that are not at its start');
  }
  const result = switchOn(reader, flags, on);
  return {
    ascii: result.ascii,
    ignoreCase: result.ignoreCase && !off.includes('i'),
    multiline: result.multiline && !off.includes('m'),
    dotAll: result.dotAll && !off.includes('s'),
    verbose: result.verbose && !off.includes('x'),
  };
}

function switchOn(reader: Reader, flags: Flags, letters: string): Flags {
  let result = flags;
  for (const letter of letters) {
    const change = CHANGES.get(letter) ?? reader.fail(`has the unknown or unsupported flag ${letter}`);
    result = { ...result, ...change };
  }
  return result;
}
