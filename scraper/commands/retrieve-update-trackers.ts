import { runForProject } from '../../src/agent/project-command.js';
import { retrieveTrackers } from '../../src/agent/trackers.js';
import { withController, withKey, withProject, withUser } from '../agent-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withController(withUser(withKey(withProject(yargs))))
      .option('server', { describe: 'The same as --ssh', type: 'string', requiresArg: true })
      .option('files', { describe: 'Names of the update trackers', type: 'string', array: true, requiresArg: true })
      .option('skip', { describe: 'Remove the local files in place of fetching', type: 'boolean' }),
  (runtime, args) => {
    const options = { ...args, ssh: args.server ?? args.ssh };
    return runForProject(runtime, args.project, options, (context) => retrieveTrackers(context, options));
  },
);
