import type { Argv } from 'yargs';

/** Option of all commands that work on the database of the controller. */
export function withData<T>(yargs: Argv<T>) {
  return yargs.option('data', {
    describe: 'Folder of the data of the controller (CONTROLLER_DATA); default data',
    type: 'string',
    requiresArg: true,
  });
}
