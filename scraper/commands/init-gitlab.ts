import { archiveRepositories } from '../../src/agent/archive/index.js';
import { runForProject } from '../../src/agent/project-command.js';
import { actionOf, archiveOptions, withArchive } from '../archive-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withArchive(yargs).option('filter', {
      describe: 'Archive copies without the contents of files, as filter-sourcecode makes them',
      type: 'boolean',
      default: false,
    }),
  (runtime, args) => {
    const options = { ...archiveOptions(args), action: actionOf(args), filtered: args.filter };
    return runForProject(runtime, args.project, options, (context) => archiveRepositories(context, options));
  },
);
