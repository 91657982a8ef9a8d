import { gatherGuilds } from '../../src/sources/guilds/index.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    yargs.option('filename', {
      ...{ type: 'string', requiresArg: true, default: 'Guilds.xls' },
      describe: 'Workbook (XLS or XLSX); the last word of its name may be the year',
    }),
  async (runtime, { filename }) => {
    await gatherGuilds(runtime, filename);
    return 0;
  },
);
