import { bigboatToJson } from '../../src/agent/bigboat.js';
import { runForProject } from '../../src/agent/project-command.js';
import { withController, withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withController(withProject(yargs))
      .option('host', {
        describe: 'Base URL of the dashboard, in place of bigboat.host',
        type: 'string',
        requiresArg: true,
      })
      .option('key', { describe: 'API key there, in place of bigboat.key', type: 'string', requiresArg: true }),
  (runtime, { project, ssh, cert, host, key }) =>
    runForProject(runtime, project, { ssh, cert }, (context) => bigboatToJson(context, { ssh, cert, host, key })),
);
