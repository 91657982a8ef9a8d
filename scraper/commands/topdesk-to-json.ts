import { topdeskSource } from '../../src/sources/topdesk/index.js';
import { encodings } from '../../src/sources/topdesk/options.js';
import { defineStepCommand } from '../step-command.js';

const text = { type: 'string', requiresArg: true } as const;

export const command = defineStepCommand(
  (yargs) =>
    yargs
      .option('file', {
        ...text,
        describe: 'CSV file of the dump; topdesk-reservations.csv where topdesk.cfg has none',
      })
      .option('whitelist-only', { type: 'boolean', describe: 'Only reservations that the whitelist has' })
      .option('delimiter', {
        ...text,
        describe: 'What stands between columns: one character, or tab; a comma by default',
      })
      .option('encoding', { ...text, choices: encodings, describe: 'Encoding of the file; utf-8 by default' })
      .option('keep-without-requester', {
        type: 'boolean',
        describe: 'Keep reservations that name nobody who asked for them',
      }),
  (args) =>
    topdeskSource({
      file: args.file,
      whitelistOnly: args['whitelist-only'],
      delimiter: args.delimiter,
      encoding: args.encoding,
      keepWithoutRequester: args['keep-without-requester'],
    }),
  { anyProject: true },
);
