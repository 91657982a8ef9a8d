import { resolve } from 'node:path';
import { defineCommand } from '../command.js';
import { writeDocs } from '../generated-docs.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      .positional('folder', { describe: 'Folder that receives docs/', type: 'string', demandOption: true })
      .option('only', { describe: 'Start of the paths to write, such as docs/schema/', type: 'string', default: '' }),
  async (_runtime, { folder, only }) => {
    await writeDocs(resolve(folder), only);
    return 0;
  },
);
