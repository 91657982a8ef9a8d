import { parseProjectKey } from '../../src/config/project.js';
import { HttpError } from '../../src/http/errors.js';
import { retrieveDropins } from '../../src/sources/file-store/retrieve-dropins.js';
import { StoreError } from '../../src/sources/file-store/store.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';
import { withStore } from '../store-options.js';

export const command = defineCommand(
  (yargs) =>
    withStore(withProject(yargs))
      .option('skip', {
        describe: 'Remove the dropins of the project, and fetch none',
        type: 'boolean',
        default: false,
      })
      .option('url', { describe: 'URL of the store, or its folder (dropins.url)', type: 'string', requiresArg: true })
      .option('path', {
        describe: 'Folder of the store that has a folder for each project',
        type: 'string',
        default: 'dropins',
        requiresArg: true,
      }),
  async (runtime, { project, skip, path, type, url, username, password }) => {
    const key = parseProjectKey(project, 'project');
    try {
      await retrieveDropins(runtime, { project: key, skip, path, type, url, username, password });
      return 0;
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof HttpError)) throw error;
      runtime.log.error(`The dropins of ${key} stay as they were: ${error.message}`);
      return 1;
    }
  },
);
