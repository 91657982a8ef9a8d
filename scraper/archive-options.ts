import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { ArchiveAction, ArchiveOptions } from '../src/agent/archive/index.js';
import { valueOrNone, withController, withProject } from './agent-options.js';

const text = { type: 'string', requiresArg: true } as const;
/** Without a value by default, which would conflict with the others. */
const choice = { type: 'boolean' } as const;

/** Options of the commands that archive repositories. */
export function withArchive(yargs: Argv) {
  return withController(withProject(yargs))
    .option('repos', { describe: 'Names of the repositories, in place of all', type: 'array', string: true })
    .option('url', { ...text, describe: 'Address of GitLab (gitlab.url)' })
    .option('token', { ...text, describe: 'Token of an owner of the group (gitlab.token)' })
    .option('user', {
      describe: 'User that becomes a member of the group (gitlab.user); --no-user for none',
      type: 'string',
      coerce: valueOrNone,
    })
    .option('level', { ...text, describe: 'Access level of that user (gitlab.level)' })
    .option('key', { ...text, describe: 'Path of the private key of the agent; ~/.ssh/id_rsa by default' })
    .option('delete', { ...choice, describe: 'Delete the repositories at GitLab' })
    .option('create', { ...choice, describe: 'Make empty repositories at GitLab' })
    .option('upload', { ...choice, describe: 'Make repositories at GitLab, and push to them' })
    .option('agent', {
      describe: 'Send the repositories to the controller, as this user (ssh.username)',
      type: 'string',
    })
    .option('dry-run', { describe: 'Only say what would happen', type: 'boolean', default: false })
    .conflicts({ delete: ['create', 'upload', 'agent'], create: ['upload', 'agent'], upload: ['agent'] });
}

type Parsed<Built> = Built extends Argv<infer Arguments> ? ArgumentsCamelCase<Arguments> : never;
export type ArchiveArguments = Parsed<ReturnType<typeof withArchive>>;

/** The one thing that the command line asks for. */
export function actionOf(args: ArchiveArguments): ArchiveAction | undefined {
  if (args.delete === true) return 'delete';
  if (args.create === true) return 'create';
  if (args.upload === true) return 'upload';
  return args.agent === undefined ? undefined : 'agent';
}

export function archiveOptions(args: ArchiveArguments): Omit<ArchiveOptions, 'action' | 'filtered'> {
  const { ssh, cert, url, token, user, level, repos } = args;
  const repositories = repos?.map(String);
  return {
    ...{ ssh, cert, url, token, user, level, repositories },
    path: args.key,
    // Its name alone stands for the user of the settings.
    agent: args.agent || undefined,
    dryRun: args['dry-run'],
  };
}
