import { PatternError } from './errors.js';
import type { CharacterTest, Node, ParsedPattern, Position } from './syntax.js';

/** One instruction; execution goes on with the next one unless it says otherwise. */
export type Instruction =
  | { readonly operation: 'character'; readonly test: CharacterTest }
  | { readonly operation: 'position'; readonly position: Position; readonly word: CharacterTest }
  | { readonly operation: 'split'; readonly first: number; readonly second: number }
  | { readonly operation: 'jump'; readonly to: number }
  | { readonly operation: 'save'; readonly register: number }
  | { readonly operation: 'forget'; readonly register: number }
  | {
      readonly operation: 'loop';
      readonly register: number;
      readonly body: number;
      readonly exit: number;
      readonly greedy: boolean;
    }
  | { readonly operation: 'reference'; readonly group: number; readonly ignoreCase: boolean }
  | { readonly operation: 'look'; readonly program: Program; readonly back: number; readonly negative: boolean }
  | { readonly operation: 'atomic'; readonly program: Program }
  | { readonly operation: 'condition'; readonly group: number; readonly no: number }
  | { readonly operation: 'match' };

export type Program = readonly Instruction[];

/** A program with what it needs to run: two registers per group, the whole match first, then one per loop. */
export interface CompiledPattern {
  readonly program: Program;
  readonly registers: number;
}

const MOST_INSTRUCTIONS = 10_000;

/** @throws {PatternError} where the program grows too large, or a look-behind has no fixed width */
export function compileProgram(parsed: ParsedPattern): CompiledPattern {
  const compiler = new Compiler((parsed.groups + 1) * 2);
  const program = compiler.compile({ type: 'group', index: 0, body: parsed.root });
  return { program, registers: compiler.registers };
}

class Compiler {
  #size = 0;

  constructor(public registers: number) {}

  compile(node: Node): Program {
    const program: Instruction[] = [];
    this.#emit(program, node);
    this.#add(program, { operation: 'match' });
    return program;
  }

  #add(program: Instruction[], instruction: Instruction): number {
    this.#size += 1;
    if (this.#size > MOST_INSTRUCTIONS) {
      throw new PatternError('pattern is too large once its repeats are written out');
    }
    return program.push(instruction) - 1;
  }

  #emit(program: Instruction[], node: Node): void {
    switch (node.type) {
      case 'character':
        this.#add(program, { operation: 'character', test: node.test });
        break;
      case 'position':
        this.#add(program, { operation: 'position', position: node.position, word: node.word });
        break;
      case 'sequence':
        for (const item of node.items) {
          this.#emit(program, item);
        }
        break;
      case 'alternatives':
        this.#emitAlternatives(program, node.items);
        break;
      case 'repeat':
        this.#emitRepeat(program, node);
        break;
      case 'group':
        this.#add(program, { operation: 'save', register: node.index * 2 });
        this.#emit(program, node.body);
        this.#add(program, { operation: 'save', register: node.index * 2 + 1 });
        break;
      case 'reference':
        this.#add(program, { operation: 'reference', group: node.group, ignoreCase: node.ignoreCase });
        break;
      case 'look':
        this.#add(program, {
          operation: 'look',
          program: this.compile(node.body),
          back: node.behind ? fixedWidth(node.body) : 0,
          negative: node.negative,
        });
        break;
      case 'atomic':
        this.#add(program, { operation: 'atomic', program: this.compile(node.body) });
        break;
      case 'condition':
        this.#emitCondition(program, node.group, node.yes, node.no);
        break;
    }
  }

  #emitAlternatives(program: Instruction[], items: readonly Node[]): void {
    const jumps: number[] = [];
    for (const [index, item] of items.entries()) {
      if (index === items.length - 1) {
        this.#emit(program, item);
      } else {
        const split = this.#add(program, { operation: 'match' });
        this.#emit(program, item);
        jumps.push(this.#add(program, { operation: 'match' }));
        program[split] = { operation: 'split', first: split + 1, second: program.length };
      }
    }
    for (const jump of jumps) {
      program[jump] = { operation: 'jump', to: program.length };
    }
  }

  #emitRepeat(program: Instruction[], node: Extract<Node, { type: 'repeat' }>): void {
    for (let count = 0; count < node.min; count += 1) {
      this.#emit(program, node.body);
    }
    if (node.max === Number.POSITIVE_INFINITY) {
      this.#emitLoop(program, node.body, node.greedy);
      return;
    }
    const splits: number[] = [];
    for (let count = node.min; count < node.max; count += 1) {
      splits.push(this.#add(program, { operation: 'match' }));
      this.#emit(program, node.body);
    }
    for (const split of splits) {
      const [first, second] = node.greedy ? [split + 1, program.length] : [program.length, split + 1];
      program[split] = { operation: 'split', first, second };
    }
  }

  #emitLoop(program: Instruction[], body: Node, greedy: boolean): void {
    const register = this.registers;
    this.registers += 1;
    this.#add(program, { operation: 'forget', register });
    const loop = this.#add(program, { operation: 'match' });
    this.#emit(program, body);
    this.#add(program, { operation: 'jump', to: loop });
    program[loop] = { operation: 'loop', register, body: loop + 1, exit: program.length, greedy };
  }

  #emitCondition(program: Instruction[], group: number, yes: Node, no: Node): void {
    const condition = this.#add(program, { operation: 'match' });
    this.#emit(program, yes);
    const jump = this.#add(program, { operation: 'match' });
    program[condition] = { operation: 'condition', group, no: program.length };
    this.#emit(program, no);
    program[jump] = { operation: 'jump', to: program.length };
  }
}

function fixedWidth(node: Node): number {
  switch (node.type) {
    case 'character':
      return 1;
    case 'position':
    case 'look':
      return 0;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + fixedWidth(item), 0);
    case 'group':
    case 'atomic':
      return fixedWidth(node.body);
    case 'repeat':
      return node.min === node.max ? node.min * fixedWidth(node.body) : noFixedWidth();
    case 'alternatives':
      return equal(node.items.map(fixedWidth));
    case 'condition':
      return equal([fixedWidth(node.yes), fixedWidth(node.no)]);
    case 'reference':
      return noFixedWidth();
  }
}

function equal(widths: readonly number[]): number {
  const [first = 0] = widths;
  return widths.every((width) => width === first) ? first : noFixedWidth();
}

function noFixedWidth(): never {
  throw new PatternError('pattern has a look-behind without fixed width');
}
