import { anyCase, category } from './characters.js';
import { octal, readCharacterEscape } from './escapes.js';
import type { Reader } from './reader.js';
import type { CharacterTest, Flags } from './syntax.js';

/** Reads `[...]`, its opening bracket already read. */
export function readCharacterClass(reader: Reader, flags: Flags): CharacterTest {
  const negative = reader.take('^');
  const tests: CharacterTest[] = [];
  do {
    tests.push(readMember(reader, flags));
  } while (!reader.take(']'));
  const member: CharacterTest = (code) => tests.some((test) => test(code));
  const test = flags.ignoreCase ? anyCase(member, flags) : member;
  return negative ? (code) => !test(code) : test;
}

function readMember(reader: Reader, flags: Flags): CharacterTest {
  const first = readEnd(reader, flags);
  const position = reader.position;
  if (!reader.take('-')) {
    return asTest(first);
  }
  if (reader.peek() === ']') {
    reader.back(position);
    return asTest(first);
  }
  const last = readEnd(reader, flags);
  if (typeof first !== 'number' || typeof last !== 'number' || last < first) {
    return reader.fail('has a bad character range');
  }
  return (code) => code >= first && code <= last;
}

function asTest(member: number | CharacterTest): CharacterTest {
  return typeof member === 'number' ? (code) => code === member : member;
}

function readEnd(reader: Reader, flags: Flags): number | CharacterTest {
  const character = reader.next();
  if (character !== '\\') {
    return character.codePointAt(0) ?? 0;
  }
  const letter = reader.next();
  if (letter === 'b') {
    return 8;
  }
  if (/^[0-7]$/.test(letter)) {
    return octal(letter + reader.takeWhile(/^[0-7]$/, 2));
  }
  if (/^[89]$/.test(letter)) {
    return reader.fail(`has a bad escape \\${letter}`);
  }
  return category(letter, flags) ?? readCharacterEscape(reader, letter);
}
