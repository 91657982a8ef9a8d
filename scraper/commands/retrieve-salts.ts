import { parseProjectKey } from '../../src/config/project.js';
import { readControllerOptions } from '../../src/controller/options.js';
import { withOperator } from '../../src/controller/reach-operator.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';
import { withData } from '../controller-options.js';

export const command = defineCommand(
  (yargs) => withData(withProject(yargs)),
  async (runtime, args) => {
    const project = parseProjectKey(args.project, 'project');
    const options = readControllerOptions({ data: args.data }, runtime.environment, runtime.home);
    const { salt, pepper } = await withOperator(options, runtime.log, (operator) => operator.salts(project));
    // Not by the log, which goes to files and other hosts.
    console.log(`Salt: ${salt}\nPepper: ${pepper}`);
    return 0;
  },
);
