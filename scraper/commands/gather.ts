import { findProject } from '../../src/config/project.js';
import { gatherSources } from '../../src/sources/gather-sources.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    withProject(yargs)
      // Several words for one positional argument count as duplicates of it.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('types', {
        describe: 'Types of sources; all where none is given',
        type: 'string',
        array: true,
        default: [],
      }),
  async (runtime, { project, types }) => {
    const { key } = findProject(runtime.settings, project);
    const { gathered, failed } = await gatherSources(runtime, { project: key, types });
    if (failed.length === 0) return 0;
    runtime.log.error(`${failed.length} of ${gathered.length + failed.length} sources failed: ${failed.join(', ')}`);
    return 1;
  },
);
