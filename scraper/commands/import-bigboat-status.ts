import path from 'node:path';
import { parseProjectKey } from '../../src/config/project.js';
import { statusFile } from '../../src/controller/bigboat.js';
import { Folders } from '../../src/controller/folders.js';
import { importStatuses } from '../../src/controller/import-statuses.js';
import { readControllerOptions } from '../../src/controller/options.js';
import { withOperator } from '../../src/controller/reach-operator.js';
import { localTime } from '../../src/tables/local-time.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';
import { withData } from '../controller-options.js';

export const command = defineCommand(
  (yargs) =>
    withData(withProject(yargs))
      .option('path', {
        describe: 'File of the dump; data_status.json among the logs of the project by default',
        type: 'string',
        requiresArg: true,
      })
      .option('source', { describe: 'URL of the dashboard that it is of', type: 'string', requiresArg: true }),
  async (runtime, args) => {
    const { log, signal, environment, home } = runtime;
    const project = parseProjectKey(args.project, 'project');
    const options = readControllerOptions({ data: args.data }, environment, home);
    const file =
      args.path === undefined
        ? path.join(new Folders(options.dataFolder).logs(project), statusFile)
        : path.resolve(home, args.path);
    const dump = { project, file, source: args.source };
    const imported = await withOperator(options, log, (operator) =>
      importStatuses(operator, dump, { localTime: localTime(environment), log, signal }),
    );
    log.info(`Imported ${imported.statuses} statuses of BigBoat for ${project}`);
    return imported.malformed > 0 ? 1 : 0;
  },
);
