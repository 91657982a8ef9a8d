import { seatsSource } from '../../src/sources/seats/index.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) =>
    yargs
      .option('filename', {
        ...{ type: 'string', array: true, requiresArg: true, default: ['Seats.xls'] },
        describe: 'Workbooks (XLS or XLSX), as names or patterns with *, ?, [...] and **',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Read workbooks again whose names were read before',
      }),
  (args) => seatsSource({ filenames: args.filename, force: args.force }),
  { anyProject: true },
);
