import { jiraStep } from '../../src/sources/jira/index.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) =>
    yargs
      .option('server', {
        describe: 'Base URL of Jira (jira.server)',
        type: 'string',
        requiresArg: true,
      })
      .option('username', {
        describe: 'User name, in place of that of the settings and credentials',
        type: 'string',
        requiresArg: true,
      })
      .option('password', {
        describe: 'Password, in place of that of the settings and credentials',
        type: 'string',
        requiresArg: true,
      })
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
  ({ server, username, password, query, updatedSince }) =>
    jiraStep({
      ...(server === undefined ? {} : { server }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(query === undefined ? {} : { query }),
      ...(updatedSince === undefined ? {} : { updatedSince }),
    }),
);
