import { exportFiles } from '../../src/agent/export.js';
import { runForProject } from '../../src/agent/project-command.js';
import { withController, withKey, withProject, withUser } from '../agent-options.js';
import { defineCommand } from '../command.js';

const names = { type: 'string', array: true, requiresArg: true } as const;

export const command = defineCommand(
  (yargs) =>
    withController(withUser(withKey(withProject(yargs))))
      .option('update', { describe: 'Names of update trackers in the export folder', ...names, default: [] })
      .option('export', { describe: 'Names of data files in the export folder', ...names, default: [] })
      .option('other', { describe: 'Paths of other files; these alone are not imported', ...names, default: [] })
      .option('dry-run', { describe: 'Only say what would happen', type: 'boolean', default: false }),
  (runtime, args) => runForProject(runtime, args.project, args, (context) => exportFiles(context, args)),
);
