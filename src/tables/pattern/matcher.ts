import { caseVariants } from './characters.js';
import type { CompiledPattern, Instruction, Program } from './program.js';
import type { StepBudget } from './step-budget.js';
import type { Position } from './syntax.js';

/** Positions by register; -1 where nothing was matched. */
export type Registers = readonly number[];

interface Thread {
  readonly at: number;
  readonly position: number;
  readonly registers: Registers;
}

/**
 * Runs a compiled pattern over one text, with backtracking in the order of Python's matcher, on a stack of its own.
 * Each step, and with it each alternative that waits, comes off a budget, so that no pattern can hold the process.
 */
export class Matcher {
  constructor(
    private readonly pattern: CompiledPattern,
    private readonly text: readonly number[],
    private readonly budget: StepBudget,
  ) {}

  /**
   * Match that begins at this position, or undefined.
   *
   * @param mustAdvance an empty match does not count
   * @throws {PatternError} where the budget is used up
   */
  matchAt(position: number, mustAdvance = false): Registers | undefined {
    const registers = new Array<number>(this.pattern.registers).fill(-1);
    return this.#run(this.pattern.program, { at: 0, position, registers }, mustAdvance ? position : -1)?.registers;
  }

  #run(program: Program, first: Thread, refusedEnd = -1): Thread | undefined {
    const waiting: Thread[] = [first];
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      const end = this.#follow(program, thread, waiting, refusedEnd);
      if (end !== undefined) {
        return end;
      }
    }
    return undefined;
  }

  /** Follows one thread until it matches or fails; its alternatives go on the stack. */
  #follow(program: Program, start: Thread, waiting: Thread[], refusedEnd: number): Thread | undefined {
    let thread: Thread | undefined = start;
    while (thread !== undefined) {
      this.budget.take();
      const instruction: Instruction | undefined = program[thread.at];
      if (instruction === undefined || instruction.operation === 'match') {
        return thread.position === refusedEnd ? undefined : thread;
      }
      thread = this.#step(instruction, thread, waiting);
    }
    return undefined;
  }

  #step(instruction: Instruction, thread: Thread, waiting: Thread[]): Thread | undefined {
    const { at, position, registers } = thread;
    switch (instruction.operation) {
      case 'character': {
        const code = this.text[position];
        return code !== undefined && instruction.test(code)
          ? { at: at + 1, position: position + 1, registers }
          : undefined;
      }
      case 'position':
        return this.#holds(instruction.position, position, instruction.word) ? { ...thread, at: at + 1 } : undefined;
      case 'jump':
        return { ...thread, at: instruction.to };
      case 'split':
        waiting.push({ ...thread, at: instruction.second });
        return { ...thread, at: instruction.first };
      case 'save':
        return { at: at + 1, position, registers: registers.with(instruction.register, position) };
      case 'forget':
        return { at: at + 1, position, registers: registers.with(instruction.register, -1) };
      case 'loop':
        return loop(instruction, thread, waiting);
      case 'reference':
        return this.#reference(instruction.group, instruction.ignoreCase, thread);
      case 'look':
        return this.#look(instruction, thread);
      case 'atomic': {
        const end = this.#run(instruction.program, { ...thread, at: 0 });
        return end && { ...end, at: at + 1 };
      }
      case 'condition':
        return { ...thread, at: (registers[instruction.group * 2 + 1] ?? -1) < 0 ? instruction.no : at + 1 };
      case 'match':
        return undefined;
    }
  }

  #look(instruction: Extract<Instruction, { operation: 'look' }>, thread: Thread): Thread | undefined {
    const from = thread.position - instruction.back;
    const end = from < 0 ? undefined : this.#run(instruction.program, { ...thread, at: 0, position: from });
    if (instruction.negative) {
      return end === undefined ? { ...thread, at: thread.at + 1 } : undefined;
    }
    return end && { at: thread.at + 1, position: thread.position, registers: end.registers };
  }

  #reference(group: number, ignoreCase: boolean, thread: Thread): Thread | undefined {
    const from = thread.registers[group * 2] ?? -1;
    const to = thread.registers[group * 2 + 1] ?? -1;
    if (from < 0 || to < 0) {
      return undefined;
    }
    for (let offset = 0; offset < to - from; offset += 1) {
      const expected = this.text[from + offset];
      const found = this.text[thread.position + offset];
      const same =
        expected === found ||
        (ignoreCase && found !== undefined && expected !== undefined && caseVariants(found, false).includes(expected));
      if (!same) {
        return undefined;
      }
    }
    return { ...thread, at: thread.at + 1, position: thread.position + to - from };
  }

  #holds(kind: Position, position: number, word: (code: number) => boolean): boolean {
    const before = this.text[position - 1];
    const after = this.text[position];
    switch (kind) {
      case 'start':
        return before === undefined;
      case 'end':
        return after === undefined;
      case 'beforeLastNewline':
        return after === undefined || (after === 10 && position === this.text.length - 1);
      case 'lineStart':
        return before === undefined || before === 10;
      case 'lineEnd':
        return after === undefined || after === 10;
      case 'boundary':
      case 'notBoundary': {
        const wordBefore = before !== undefined && word(before);
        const wordAfter = after !== undefined && word(after);
        // Python has no boundary of either kind in an empty text.
        return this.text.length > 0 && (wordBefore !== wordAfter) === (kind === 'boundary');
      }
    }
  }
}

/** Goes round once more unless the last round matched nothing, as Python does. */
function loop(
  instruction: Extract<Instruction, { operation: 'loop' }>,
  thread: Thread,
  waiting: Thread[],
): Thread | undefined {
  const exit: Thread = { ...thread, at: instruction.exit };
  if (thread.registers[instruction.register] === thread.position) {
    return exit;
  }
  const registers = thread.registers.with(instruction.register, thread.position);
  const again: Thread = { at: instruction.body, position: thread.position, registers };
  waiting.push(instruction.greedy ? exit : again);
  return instruction.greedy ? again : exit;
}
