import { metricOptionsToJson } from '../../src/sources/definitions/metric-options-to-json.js';
import { revisionsOf, withRevisions, withServers } from '../definition-command.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) =>
    withRevisions(withServers(yargs)).option('defaults', {
      describe: 'Gather default targets even where those of the project fail; --no-defaults for never',
      type: 'boolean',
    }),
  (args) =>
    metricOptionsToJson({
      ...revisionsOf(args),
      ...(args.defaults === undefined ? {} : { defaults: args.defaults }),
    }),
  { anyProject: true, strict: ({ strict }) => strict },
);
