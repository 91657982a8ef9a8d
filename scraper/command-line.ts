import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import type { Environment } from '../src/config/environment.js';
import { type Variable, variables } from '../src/config/variables.js';
import { logLevels } from '../src/log/level.js';
import type { Registration, Selection } from './registration.js';

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Leaves the parser once the command is known: else it lays out help that nobody asked for, a tenth of the start. */
class Found extends Error {
  constructor(readonly selection: Selection) {
    super();
  }
}

/**
 * Finds the command and reads its options, importing only the module of that command.
 *
 * @returns what to run, or undefined where yargs has already answered (`--help`, `--version`)
 * @throws UsageError where the words make no sense
 */
export async function parseCommandLine(
  words: readonly string[],
  commands: readonly Registration[],
  version: string,
): Promise<Selection | undefined> {
  const showVariables = words.includes('--help-variables');
  const width = Math.min(120, process.stdout.columns ?? 120);
  const asksForHelp = showVariables || words.includes('--help') || words.includes('-h');
  const parser = buildParser({ version, showVariables, width, options: asksForHelp ? variables : namedIn(words) });
  for (const { register } of commands) {
    register(parser, (selection) => {
      throw new Found(selection);
    });
  }
  try {
    await parser.parseAsync(showVariables ? [...words, '--help'] : [...words]);
    return undefined;
  } catch (error) {
    if (error instanceof Found) return error.selection;
    if (error instanceof Error && error.name === 'YError') throw new UsageError(error.message);
    throw error;
  }
}

/** The variables that some words may set by option, as few do: to tell the parser of all takes a tenth of the start. */
function namedIn(words: readonly string[]): readonly Variable[] {
  const plain = (text: string) => text.replaceAll('-', '').toLowerCase();
  const options = new Set(words.filter((word) => word.startsWith('-')).map((word) => plain(word.replace(/=.*/s, ''))));
  return variables.filter(({ option }) => options.has(plain(option)));
}

/** What `gatherer <command> --help` prints, in lines of at most 100 characters. */
export async function commandHelp(registration: Registration): Promise<string> {
  const parser = buildParser({ version: '', showVariables: false, width: 100, options: variables });
  registration.register(parser, () => undefined);
  const [name = ''] = registration.usage.split(' ', 1);
  return new Promise((resolve, reject) => {
    parser.parse([name, '--help'], (error: Error | undefined, _args: unknown, output: string) => {
      if (error) reject(error);
      else resolve(output);
    });
  });
}

interface ParserOptions {
  readonly version: string;
  /** Whether the help has the options of environment variables. */
  readonly showVariables: boolean;
  /** Characters of a line of help. */
  readonly width: number;
  /** Variables that are options. */
  readonly options: readonly Variable[];
}

function buildParser({ version, showVariables, width, options }: ParserOptions): Argv {
  return globalOptions(yargs().scriptName('gatherer').locale('en').exitProcess(false), showVariables, options)
    .parserConfiguration({
      'dot-notation': false,
      'duplicate-arguments-array': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .help('help', 'This text')
    .alias('help', 'h')
    .option('help-variables', { describe: 'The help with the options of environment variables', type: 'boolean' })
    .version('version', 'The version', version)
    .wrap(width)
    .strictCommands()
    .strict()
    .demandCommand(1, 'expected a command')
    .recommendCommands()
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    });
}

function globalOptions(parser: Argv, showVariables: boolean, options: readonly Variable[]): Argv {
  parser.option('log', {
    describe: `Least serious level to log: ${logLevels.join(', ')}`,
    type: 'string',
    requiresArg: true,
    global: true,
  });
  for (const { option, name, description } of options) {
    parser.option(option, {
      describe: `${description} (${name})`,
      type: 'string',
      requiresArg: true,
      hidden: !showVariables,
    });
  }
  return parser.group(
    options.map(({ option }) => option),
    'Environment variables:',
  );
}

/** The environment variables that were given as options. */
export function variablesOf(args: ArgumentsCamelCase): Environment {
  const given = variables.flatMap(({ name, option }) => {
    const value = args[option];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}
