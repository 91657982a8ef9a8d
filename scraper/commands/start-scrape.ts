import { ConfigError } from '../../src/config/errors.js';
import { startScrapeJob } from '../../src/controller/scrape-job.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';

/** A project that the job knows: it need not be one of this machine. */
const key = /^[A-Z][A-Z0-9_]*$/;

export const command = defineCommand(
  (yargs) => withProject(yargs),
  async (runtime, { project }) => {
    if (!key.test(project)) {
      throw new ConfigError('project', `"${project}" is not the key of a project: capital letters and digits`);
    }
    const isStarted = await startScrapeJob(runtime, project);
    if (!isStarted) runtime.log.error('No job to start; set host and scrape of section [jenkins]');
    return isStarted ? 0 : 1;
  },
);
