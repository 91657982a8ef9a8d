import { findProject } from '../../src/config/project.js';
import { defaultJobs, gatherVersionControl } from '../../src/sources/version-control.js';
import type { Command } from '../command.js';
import { UsageError } from '../command-line.js';
import { showProgress } from '../progress.js';

interface Arguments {
  project: string;
  repos: string;
  'ignore-host-change': boolean;
  force: boolean;
  pull: boolean;
  jobs: number;
  requests: number | undefined;
  since: string | undefined;
  strict: boolean;
}

export const command: Command<Arguments> = {
  options: (yargs) =>
    yargs
      .positional('project', { describe: 'Key of the project', type: 'string', demandOption: true })
      .option('repos', {
        describe: 'Folder that holds the clones of repositories, by project',
        type: 'string',
        requiresArg: true,
        default: 'project-git-repos',
      })
      .option('ignore-host-change', {
        describe: 'Connect to the hosts of the sources, whatever the option host says',
        type: 'boolean',
        default: false,
      })
      .option('force', {
        describe: 'Gather from the beginning where a clone is damaged or a history was rewritten',
        type: 'boolean',
        default: false,
      })
      .option('pull', {
        describe: 'Bring clones up to date first; --no-pull takes them as they are',
        type: 'boolean',
        default: true,
      })
      .option('jobs', {
        describe: 'Repositories that are gathered side by side',
        type: 'number',
        requiresArg: true,
        default: defaultJobs,
      })
      .option('requests', {
        describe: 'Requests to one API that are under way at once, in place of a few',
        type: 'number',
        requiresArg: true,
      })
      .option('since', {
        describe: 'Date from which repositories are gathered of which nothing has been exported yet',
        type: 'string',
        requiresArg: true,
      })
      .option('strict', {
        describe: 'End with status 1 where some repositories failed; without it, only where all did',
        type: 'boolean',
        default: false,
      })
      .check(({ jobs, requests }) => {
        for (const [option, value] of Object.entries({ jobs, requests })) {
          const isCount = value === undefined || (Number.isInteger(value) && value > 0);
          if (!isCount) throw new UsageError(`--${option} expects a whole number from 1`);
        }
        return true;
      }),
  run: async (runtime, args) => {
    const { key } = findProject(runtime.settings, args.project);
    const { gathered, incomplete, failed } = await gatherVersionControl(runtime, {
      project: key,
      repositories: args.repos,
      followHostChange: !args['ignore-host-change'],
      force: args.force,
      pull: args.pull,
      jobs: args.jobs,
      ...(args.requests === undefined ? {} : { requests: args.requests }),
      ...(args.since === undefined ? {} : { since: args.since }),
      progress: showProgress(runtime.log),
    });
    const all = gathered.length + failed.length;
    if (incomplete.length > 0) {
      runtime.log.error(`${incomplete.length} of ${all} repositories are incomplete: ${incomplete.join(', ')}`);
    }
    if (failed.length > 0) runtime.log.error(`${failed.length} of ${all} repositories failed: ${failed.join(', ')}`);
    if (failed.length + incomplete.length === 0) return 0;
    return args.strict || gathered.length === 0 ? 1 : 0;
  },
};
