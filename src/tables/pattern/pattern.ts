import { Matcher, type Registers } from './matcher.js';
import { parsePattern } from './parser.js';
import { backtrackingProbes } from './probes.js';
import { type CompiledPattern, compileProgram } from './program.js';
import { parseReplacement, type Replacement } from './replacement.js';
import { STEPS_PER_TEXT, StepBudget } from './step-budget.js';
import type { ParsedPattern } from './syntax.js';

const STEPS_OF_PROBES = 5 * STEPS_PER_TEXT;

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
    return new Matcher(this.#compiled, codePoints(text), new StepBudget(STEPS_PER_TEXT)).matchAt(0) !== undefined;
  }

  /**
   * As `re.search`: whether the pattern matches anywhere in the text.
   *
   * @throws {PatternError} where the search takes too long
   */
  occursIn(text: string): boolean {
    const characters = codePoints(text);
    const matcher = new Matcher(this.#compiled, characters, new StepBudget(STEPS_PER_TEXT));
    for (let position = 0; position <= characters.length; position += 1) {
      if (matcher.matchAt(position) !== undefined) return true;
    }
    return false;
  }

  /**
   * As `re.sub`: replaces every match; what was not captured is filled in as nothing.
   *
   * @throws {PatternError} where the search takes too long, or the template does not fit the pattern
   */
  replaceAll(text: string, template: string): string {
    return this.#replaceAll(text, parseReplacement(template, this.#parsed), new StepBudget(STEPS_PER_TEXT));
  }

  #replaceAll(text: string, replacement: Replacement, budget: StepBudget): string {
    const characters = [...text];
    const matcher = new Matcher(this.#compiled, codePoints(text), budget);
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

  /**
   * Tries the pattern on texts as short as a name, on which it would backtrack.
   *
   * @throws {PatternError} where that takes more than the budget, or than a part of it
   */
  rejectBacktracking(budget: StepBudget): void {
    budget.share(STEPS_OF_PROBES, (share) => {
      for (const probe of backtrackingProbes(this.#parsed.root)) {
        this.#replaceAll(probe, [], share);
      }
    });
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
