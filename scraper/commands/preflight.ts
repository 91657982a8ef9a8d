import { preflight } from '../../src/agent/preflight.js';
import { mergePreflightOptions, parsePreflightArguments } from '../../src/agent/preflight-options.js';
import { runForProject } from '../../src/agent/project-command.js';
import { valueOrNone, withController, withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withController(withProject(yargs))
      .option('secrets', {
        describe: 'File of the secrets (GATHERER_SECRETS_FILE); --no-secrets to go without',
        type: 'string',
        coerce: valueOrNone,
      })
      .option('skip', { describe: 'Log failed checks and go on', type: 'boolean' }),
  (runtime, { secrets, ssh, cert, skip, project }) => {
    const given = parsePreflightArguments(runtime.environment['PREFLIGHT_ARGS']);
    const options = mergePreflightOptions(given, { secrets, ssh, cert, skip });
    return runForProject(runtime, project, options, (context) => preflight(context, options));
  },
);
