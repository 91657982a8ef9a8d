import { DropboxError } from '../failure.js';

/** A character of a command line; `plain` where quotes or a backslash took its meaning away. */
export interface Character {
  readonly text: string;
  readonly plain: boolean;
}

export type Word = readonly Character[];

export const mostPaths = 1000;
const deepestBraces = 8;
const integer = /^-?\d{1,9}$/;

function is(character: Character | undefined, text: string): boolean {
  return character !== undefined && !character.plain && character.text === text;
}

function characters(text: string): Word {
  return [...text].map((letter) => ({ text: letter, plain: true }));
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly alternatives: readonly Word[];
}

/** The first pair of braces that belong together. */
function findGroup(word: Word): Group | undefined {
  for (let start = 0; start < word.length; start += 1) {
    const group = is(word[start], '{') ? readGroup(word, start) : undefined;
    if (group !== undefined) {
      return group;
    }
  }
  return undefined;
}

function readGroup(word: Word, start: number): Group | undefined {
  const alternatives: Word[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start; index < word.length; index += 1) {
    const character = word[index];
    if (is(character, '{')) {
      depth += 1;
    } else if (is(character, '}')) {
      depth -= 1;
    }
    if (depth === 0 || (depth === 1 && is(character, ','))) {
      alternatives.push(word.slice(from, index));
      from = index + 1;
    }
    if (depth === 0) {
      return { start, end: index, alternatives };
    }
  }
  return undefined;
}

/** `1..3` as its numbers; undefined where it is something else. */
function sequence(word: Word): readonly Word[] | undefined {
  const [first = '', last = '', ...more] = word
    .map((character) => character.text)
    .join('')
    .split('..');
  if (more.length > 0 || !integer.test(first) || !integer.test(last)) {
    return undefined;
  }
  const from = Number(first);
  const count = Math.abs(Number(last) - from) + 1;
  checkCount(count);
  const step = Number(last) < from ? -1 : 1;
  return Array.from({ length: count }, (_, index) => characters(String(from + index * step)));
}

function checkCount(count: number): void {
  if (count > mostPaths) {
    throw new DropboxError('invalid', `Argument list too long: braces give more than ${mostPaths} names`);
  }
}

/**
 * Expands braces as a shell does: `{a,b}`, nested ones and `{1..3}`. Braces around one name, which a shell leaves as
 * they are, stand for that name: agents put them around whatever number of names they have.
 */
export function expandBraces(word: Word, depth = 0): readonly string[] {
  if (depth > deepestBraces) {
    throw new DropboxError('invalid', 'Argument list too long: too many braces');
  }
  const group = findGroup(word);
  if (group === undefined) {
    return [word.map((character) => character.text).join('')];
  }
  const [only] = group.alternatives;
  const alternatives = (group.alternatives.length === 1 && only ? sequence(only) : undefined) ?? group.alternatives;
  const before = word.slice(0, group.start);
  const after = word.slice(group.end + 1);
  const paths: string[] = [];
  for (const alternative of alternatives) {
    paths.push(...expandBraces([...before, ...alternative, ...after], depth + 1));
    checkCount(paths.length);
  }
  return paths;
}
