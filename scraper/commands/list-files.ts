import { listFiles } from '../../src/agent/step-files.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      // Several words for one positional argument count as duplicates of it.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('type', {
        describe: 'Data files or update trackers',
        choices: ['export', 'update'] as const,
        demandOption: true,
      })
      .positional('steps', { describe: 'Names of steps', type: 'string', array: true, default: [] }),
  async ({ home }, { type, steps }) => {
    console.log(listFiles(type, steps, home).join(' '));
    return 0;
  },
);
