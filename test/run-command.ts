import { parseCommandLine } from '../scraper/command-line.js';
import type { Registration } from '../scraper/registration.js';
import { ConfigError } from '../src/config/errors.js';
import { createRuntime } from '../src/config/runtime.js';

export interface CommandSetting {
  /** GATHERER_HOME, where the settings are too. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the log is at the level that the words ask for, in place of silent. */
  readonly logs?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs a command in this process as `gatherer` would; its exit code. */
export async function runCommand(
  registrations: readonly Registration[],
  words: readonly string[],
  { folder, environment, logs = false, signal = new AbortController().signal }: CommandSetting,
): Promise<number> {
  const selection = await parseCommandLine(words, registrations, '1.0.0');
  if (selection === undefined) {
    return 0;
  }
  const level = selection.args['log'];
  const runtime = createRuntime({
    commandLine: {},
    process: { HOME: folder, PATH: process.env['PATH'] ?? '', GATHERER_HOME: folder, ...environment },
    workingFolder: folder,
    logLevel: logs && typeof level === 'string' ? level : 'CRITICAL',
    terminal: false,
    signal,
  });
  try {
    return await selection.run(runtime);
  } catch (error) {
    return error instanceof ConfigError ? 2 : 1;
  }
}
