import { Matcher, type Registers } from './matcher.js';
import { parsePattern } from './parser.js';
import { backtrackingProbes } from './probes.js';
import { type CompiledPattern, compileProgram } from './program.js';
import { parseReplacement, type Replacement } from './replacement.js';
import type { ParsedPattern } from './syntax.js';

/**
 * A regular expression with the meaning that Python's `re` gives it, and a limit on the work that it may cause.
 *
 * @throws {PatternError} on construction where the source is malformed or not supported
 */
export class PythonPattern {
  readonly #parsed: ParsedPattern;
  readonly #compiled: CompiledPattern;

  constructor(source: string) {
    this.#parsed = parsePattern(source);
    this.#compiled = compileProgram(this.#parsed);
  }

  /** As `re.match`: whether the pattern matches at the start of the text. */
  matchesStart(text: string): boolean {
    return new Matcher(this.#compiled, codePoints(text)).matchAt(0) !== undefined;
  }

  /**
   * As `re.sub`: replaces every match; what was not captured is filled in as nothing.
   *
   * @throws {PatternError} where the search takes too long, or the template does not fit the pattern
   */
  replaceAll(text: string, template: string): string {
    const replacement = parseReplacement(template, this.#parsed);
    const characters = [...text];
    const matcher = new Matcher(this.#compiled, codePoints(text));
    let result = '';
    let position = 0;
    let mustAdvance = false;
    while (position <= characters.length) {
      const match = matcher.matchAt(position, mustAdvance);
      if (match === undefined) {
        result += characters[position] ?? '';
        position += 1;
        mustAdvance = false;
      } else {
        const end = match[1] ?? position;
        result += fill(replacement, match, characters);
        mustAdvance = end === position;
        position = end;
      }
    }
    return result;
  }

  /** @throws {PatternError} where the template does not fit the pattern */
  checkReplacement(template: string): void {
    parseReplacement(template, this.#parsed);
  }

  /** @throws {PatternError} where the pattern backtracks beyond bounds on texts as short as a name */
  rejectBacktracking(): void {
    for (const probe of backtrackingProbes(this.#parsed.root)) {
      this.replaceAll(probe, '');
    }
  }
}

function codePoints(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

function fill(replacement: Replacement, match: Registers, characters: readonly string[]): string {
  return replacement
    .map((part) => {
      if (typeof part === 'string') {
        return part;
      }
      const from = match[part * 2] ?? -1;
      const to = match[part * 2 + 1] ?? -1;
      return from < 0 || to < 0 ? '' : characters.slice(from, to).join('');
    })
    .join('');
}
