import { archiveRepositories } from '../../src/agent/archive/index.js';
import { runForProject } from '../../src/agent/project-command.js';
import { actionOf, archiveOptions, withArchive } from '../archive-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withArchive(yargs).option('keep', {
      describe: 'Only make the copies, below filtered-git-repos, and send them nowhere',
      type: 'boolean',
      default: false,
    }),
  (runtime, args) => {
    const action = actionOf(args) ?? (args.keep ? undefined : 'agent');
    const options = { ...archiveOptions(args), user: args.user ?? false, action, filtered: true } as const;
    return runForProject(runtime, args.project, options, (context) => archiveRepositories(context, options));
  },
);
