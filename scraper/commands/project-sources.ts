import { projectSources } from '../../src/sources/definitions/project-sources.js';
import { revisionsOf, withRevisions, withServers } from '../definition-command.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) =>
    withRevisions(withServers(yargs)).option('all', {
      describe: 'Of servers that keep versions of what a project consists of, look at all of them; none does any more',
      type: 'boolean',
      default: false,
    }),
  (args) => projectSources(revisionsOf(args)),
  { anyProject: true, strict: ({ strict }) => strict },
);
