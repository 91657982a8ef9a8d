import { findProject } from '../../src/config/project.js';
import { findEnvironmentSources } from '../../src/sources/environments.js';
import { withProject } from '../agent-options.js';
import type { Command } from '../command.js';
import { showProgress } from '../progress.js';

interface Arguments {
  project: string;
  'ignore-host-change': boolean;
  strict: boolean;
}

export const command: Command<Arguments> = {
  options: (yargs) =>
    withProject(yargs)
      .option('ignore-host-change', {
        describe: 'Connect to the hosts of the sources, whatever the option host says',
        type: 'boolean',
        default: false,
      })
      .option('strict', {
        describe: 'End with status 1 where a system could not be asked; its known sources stay in any case',
        type: 'boolean',
        default: false,
      }),
  run: async (runtime, args) => {
    const { key } = findProject(runtime.settings, args.project);
    const { failed } = await findEnvironmentSources(runtime, {
      project: key,
      followHostChange: !args['ignore-host-change'],
      progress: showProgress(runtime.log),
    });
    return args.strict && failed.length > 0 ? 1 : 0;
  },
};
