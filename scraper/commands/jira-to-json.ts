import { jiraStep } from '../../src/sources/jira/index.js';
import { jiraAccount, withJira } from '../jira-options.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) =>
    withJira(yargs)
      .option('query', {
        describe: 'Further conditions on the issues, in JQL',
        type: 'string',
        requiresArg: true,
      })
      .option('updated-since', {
        describe: 'Only what changed after this moment (YYYY-MM-DD HH:MM), whatever the update tracker says',
        type: 'string',
        requiresArg: true,
      }),
  (args) =>
    jiraStep({
      ...jiraAccount(args),
      ...(args.query === undefined ? {} : { query: args.query }),
      ...(args.updatedSince === undefined ? {} : { updatedSince: args.updatedSince }),
    }),
);
