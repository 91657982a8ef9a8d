import { generateKey } from '../../src/agent/identity.js';
import { runForProject } from '../../src/agent/project-command.js';
import { valuesOrNone, withController, withKey, withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withController(withKey(withProject(yargs)))
      .option('known-hosts', { describe: 'File of the pinned host keys', type: 'string', requiresArg: true })
      .option('gitlab', {
        describe:
          'Hosts that get the public key; none for the GitLab of the sources; --no-gitlab for no GitLab of theirs',
        array: true,
        coerce: valuesOrNone,
      })
      .option('source', {
        describe: 'Also every host of the sources gets the public key; their GitLab is preferred over --gitlab',
        type: 'boolean',
        default: false,
      })
      .option('credentials', {
        describe: 'Also every host of credentials.cfg that takes keys gets the public key',
        type: 'boolean',
        default: false,
      })
      .option('key-type', {
        describe: 'Type of a key that is made; rsa for old servers',
        choices: ['ed25519', 'rsa'] as const,
        default: 'ed25519' as const,
      })
      .option('dry-run', { describe: 'Only say what would happen', type: 'boolean', default: false }),
  (runtime, args) => runForProject(runtime, args.project, args, (context) => generateKey(context, args)),
);
