import type { Argv } from 'yargs';
import type { Runtime } from '../src/config/runtime.js';

/** A module of `scraper/commands/`: the options of one step, its help, and one call into `src/`. */
export interface Command<Arguments> {
  readonly options: (yargs: Argv) => Argv<Arguments>;
  /** Resolves to the exit code: 0 done, 1 something failed and the log said what. */
  readonly run: (runtime: Runtime, args: Arguments) => Promise<number>;
}
