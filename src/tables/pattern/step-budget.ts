import { PatternError } from './errors.js';

/** Steps that the search in one text may take: some hundredths of a second. */
export const STEPS_PER_TEXT = 200_000;

/** The steps that matching may still take; shared by all that is to end together. */
export class StepBudget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** @throws {PatternError} where no step is left */
  take(): void {
    this.#left -= 1;
    if (this.#left < 0) {
      throw new PatternError('pattern takes too long; rewrite it so that repeats do not overlap');
    }
  }

  /** Runs an action on at most so many of the steps. */
  share(steps: number, action: (share: StepBudget) => void): void {
    const share = new StepBudget(Math.min(steps, this.#left));
    action(share);
    this.#left -= Math.min(steps, this.#left) - share.#left;
  }
}
