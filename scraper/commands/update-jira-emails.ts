import { parseProjectKey } from '../../src/config/project.js';
import { updateEmails } from '../../src/sources/jira/update-emails.js';
import { withProject } from '../agent-options.js';
import { defineCommand } from '../command.js';
import { jiraAccount, withJira } from '../jira-options.js';

export const command = defineCommand(
  (yargs) => withJira(withProject(yargs)),
  async (runtime, args) => {
    const project = parseProjectKey(args.project, 'project');
    const { updated, kept } = await updateEmails(runtime, { project, ...jiraAccount(args) });
    runtime.log.info(`Brought ${updated} users of Jira up to date; ${kept} stay as they were`);
    return kept > 0 ? 1 : 0;
  },
);
