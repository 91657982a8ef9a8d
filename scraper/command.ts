import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { Runtime } from '../src/config/runtime.js';

/**
 * A module of `scraper/commands/`: the options of one step, its help, and one call into `src/`. The module exports it
 * as `command`, and an entry of the table in `commands.ts` names it.
 */
export interface Command<Arguments> {
  readonly options: (yargs: Argv) => Argv<Arguments>;
  /** Resolves to the exit code: 0 done, 1 something failed and the log said what. */
  readonly run: (runtime: Runtime, args: ArgumentsCamelCase<Arguments>) => Promise<number>;
}

/** What a module of `scraper/commands/` exports. */
export interface CommandModule<Arguments> {
  readonly command: Command<Arguments>;
}

/** A command whose arguments are known from its options. */
export function defineCommand<Arguments>(
  options: Command<Arguments>['options'],
  run: Command<Arguments>['run'],
): Command<Arguments> {
  return { options, run };
}
