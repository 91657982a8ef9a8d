import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { Runtime } from '../src/config/runtime.js';
import type { CommandModule } from './command.js';

/** What the command line asked for, once its words have been understood. */
export interface Selection {
  readonly args: ArgumentsCamelCase;
  readonly run: (runtime: Runtime) => Promise<number>;
}

/** A command as the table in `commands.ts` lists it. Its module is imported when it runs or explains itself. */
export interface Registration {
  /** The command's words and positional arguments, e.g. `git-to-json <project>`. */
  readonly usage: string;
  readonly group: Group;
  readonly summary: string;
  readonly register: (yargs: Argv, select: (selection: Selection) => void) => void;
}

export const groups = ['Run', 'Steps of a scrape', 'Steps beside a scrape', 'Maintenance', 'Configuration'] as const;
export type Group = (typeof groups)[number];

/** An entry of the table of commands. */
export function register<Arguments>(
  group: Group,
  usage: string,
  summary: string,
  load: () => Promise<CommandModule<Arguments>>,
): Registration {
  return {
    usage,
    group,
    summary,
    register: (yargs, select) => {
      const loaded = async (builder: Argv): Promise<Argv<Arguments>> => {
        const { command } = await load();
        return command.options(builder.usage(`$0 ${usage}\n\n${summary}`));
      };
      yargs.command<Arguments>(usage, false, loaded, (args) => {
        select({ args, run: async (runtime) => (await load()).command.run(runtime, args) });
      });
    },
  };
}
