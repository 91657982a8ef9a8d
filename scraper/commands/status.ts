import { readProjectStatus } from '../../src/agent/project-status.js';
import { parseProjectKey } from '../../src/config/project.js';
import { localTime } from '../../src/tables/local-time.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';
import { statusText } from '../status-text.js';

export const command = defineCommand(
  (yargs) => withProject(yargs).option('json', { describe: 'Print JSON', type: 'boolean', default: false }),
  async (runtime, { project: key, json }) => {
    const project = parseProjectKey(key, 'project');
    const status = await readProjectStatus({ runtime, project });
    const time = localTime(runtime.environment);
    console.log(json ? JSON.stringify(status, undefined, 2) : statusText(status, time));
    return status.ok ? 0 : 1;
  },
);
