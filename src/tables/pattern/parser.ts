import { readCharacterClass } from './character-class.js';
import { category, sameCharacter } from './characters.js';
import { octal, readCharacterEscape } from './escapes.js';
import { readGlobalFlags, readScopedFlags } from './flags.js';
import { readBounds } from './quantifier.js';
import { Reader } from './reader.js';
import type { CharacterTest, Flags, Node, ParsedPattern, Position } from './syntax.js';

const MOST_NESTED = 50;
const EMPTY: Node = { type: 'sequence', items: [] };

/**
 * Parses a regular expression with the syntax of Python 3.11's `re` for text.
 *
 * @throws {PatternError} where Python would refuse it, and for `\N{...}`, `(?L)` and counts above 1000
 */
export function parsePattern(source: string): ParsedPattern {
  return new Parser(new Reader(source)).parse();
}

class Parser {
  readonly #names = new Map<string, number>();
  readonly #open = new Set<number>();
  #groups = 0;
  #depth = 0;

  constructor(private readonly reader: Reader) {}

  parse(): ParsedPattern {
    const root = this.#alternatives(readGlobalFlags(this.reader));
    if (!this.reader.atEnd) {
      this.reader.fail('has an unbalanced parenthesis');
    }
    return { root, groups: this.#groups, names: this.#names };
  }

  #alternatives(flags: Flags): Node {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) {
      this.reader.fail('is nested too deeply');
    }
    const items = [this.#sequence(flags)];
    while (this.reader.take('|')) {
      items.push(this.#sequence(flags));
    }
    this.#depth -= 1;
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { type: 'alternatives', items };
  }

  #sequence(flags: Flags): Node {
    const items: Node[] = [];
    for (;;) {
      this.#skipVerbose(flags);
      if (this.reader.atEnd || this.reader.peek() === '|' || this.reader.peek() === ')') {
        return { type: 'sequence', items };
      }
      const item = this.#item(flags);
      this.#skipVerbose(flags);
      items.push(this.#quantified(item, flags));
    }
  }

  #skipVerbose(flags: Flags): void {
    while (flags.verbose && /^[ \t\n\r\f\v#]$/.test(this.reader.peek())) {
      if (this.reader.next() === '#') {
        this.reader.takeWhile(/^[^\n]$/);
      }
    }
  }

  #quantified(item: Node, flags: Flags): Node {
    const bounds = readBounds(this.reader);
    if (bounds === undefined) {
      return item;
    }
    if (item.type === 'position' || item === EMPTY) {
      this.reader.fail('has nothing to repeat');
    }
    const [min, max] = bounds;
    const lazy = this.reader.take('?');
    const possessive = !lazy && this.reader.take('+');
    this.#skipVerbose(flags);
    if (readBounds(this.reader) !== undefined) {
      this.reader.fail('has a multiple repeat');
    }
    const repeat: Node = { type: 'repeat', body: item, min, max, greedy: !lazy };
    return possessive ? { type: 'atomic', body: repeat } : repeat;
  }

  #item(flags: Flags): Node {
    const character = this.reader.next();
    switch (character) {
      case '.':
        return { type: 'character', test: flags.dotAll ? () => true : (code) => code !== 10 };
      case '^':
        return this.#position(flags.multiline ? 'lineStart' : 'start', flags);
      case '$':
        return this.#position(flags.multiline ? 'lineEnd' : 'beforeLastNewline', flags);
      case '[':
        return { type: 'character', test: readCharacterClass(this.reader, flags) };
      case '(':
        return this.#group(flags);
      case '\\':
        return this.#escape(flags);
      case '*':
      case '+':
      case '?':
        return this.reader.fail('has nothing to repeat');
      default:
        return this.#literal(character.codePointAt(0) ?? 0, flags);
    }
  }

  #literal(code: number, flags: Flags): Node {
    return { type: 'character', test: sameCharacter(code, flags) };
  }

  #position(position: Position, flags: Flags): Node {
    const word: CharacterTest = category('w', flags) ?? (() => false);
    return { type: 'position', position, word };
  }

  #escape(flags: Flags): Node {
    const letter = this.reader.next();
    const positions: Readonly<Record<string, Position>> = { A: 'start', Z: 'end', b: 'boundary', B: 'notBoundary' };
    const position = positions[letter];
    if (position !== undefined) {
      return this.#position(position, flags);
    }
    const test = category(letter, flags);
    if (test !== undefined) {
      return { type: 'character', test };
    }
    return /^[0-9]$/.test(letter)
      ? this.#number(letter, flags)
      : this.#literal(readCharacterEscape(this.reader, letter), flags);
  }

  #number(first: string, flags: Flags): Node {
    if (first === '0') {
      return this.#literal(octal(first + this.reader.takeWhile(/^[0-7]$/, 2)), flags);
    }
    const position = this.reader.position;
    const digits = first + this.reader.takeWhile(/^[0-7]$/, 2);
    if (/^[0-3]?[0-7]{3}$/.test(digits) && digits.length === 3) {
      return this.#literal(octal(digits), flags);
    }
    this.reader.back(position);
    return this.#reference(Number(first + this.reader.takeWhile(/^[0-9]$/, 1)), flags);
  }

  #reference(group: number, flags: Flags): Node {
    this.#checkGroup(group);
    if (this.#open.has(group)) {
      this.reader.fail('refers to a group that is still open');
    }
    return { type: 'reference', group, ignoreCase: flags.ignoreCase };
  }

  #checkGroup(group: number): void {
    if (group < 1 || group > this.#groups) {
      this.reader.fail(`refers to the group ${group}, which it does not have`);
    }
  }

  #group(flags: Flags): Node {
    if (!this.reader.take('?')) {
      return this.#capture(flags, undefined);
    }
    if (this.reader.take('P<')) {
      return this.#capture(flags, this.reader.until('>'));
    }
    if (this.reader.take('P=')) {
      return this.#reference(this.#named(this.reader.until(')')), flags);
    }
    if (this.reader.take('#')) {
      this.reader.until(')');
      return EMPTY;
    }
    if (this.reader.take('(')) {
      return this.#condition(flags);
    }
    if (this.reader.take('>')) {
      return { type: 'atomic', body: this.#body(flags) };
    }
    return this.#look(flags) ?? this.#body(readScopedFlags(this.reader, flags));
  }

  #look(flags: Flags): Node | undefined {
    for (const [opening, behind, negative] of LOOKS) {
      if (this.reader.take(opening)) {
        return { type: 'look', body: this.#body(flags), behind, negative };
      }
    }
    return undefined;
  }

  #body(flags: Flags): Node {
    const body = this.#alternatives(flags);
    if (!this.reader.take(')')) {
      this.reader.fail('has an unterminated group');
    }
    return body;
  }

  #capture(flags: Flags, name: string | undefined): Node {
    this.#groups += 1;
    const index = this.#groups;
    if (name !== undefined) {
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || this.#names.has(name)) {
        this.reader.fail(`has a bad or repeated group name ${JSON.stringify(name)}`);
      }
      this.#names.set(name, index);
    }
    this.#open.add(index);
    const body = this.#body(flags);
    this.#open.delete(index);
    return { type: 'group', index, body };
  }

  #condition(flags: Flags): Node {
    const name = this.reader.until(')');
    const group = /^[0-9]+$/.test(name) ? Number(name) : this.#named(name);
    this.#checkGroup(group);
    const yes = this.#sequence(flags);
    const no = this.reader.take('|') ? this.#sequence(flags) : EMPTY;
    if (!this.reader.take(')')) {
      this.reader.fail('has a condition with more than two branches or without end');
    }
    return { type: 'condition', group, yes, no };
  }

  #named(name: string): number {
    return this.#names.get(name) ?? this.reader.fail(`refers to the unknown group ${JSON.stringify(name)}`);
  }
}

const LOOKS: readonly (readonly [string, boolean, boolean])[] = [
  ['=', false, false],
  ['!', false, true],
  ['<=', true, false],
  ['<!', true, true],
];
