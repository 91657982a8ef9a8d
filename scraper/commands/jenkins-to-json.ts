import { jenkinsSource } from '../../src/sources/jenkins/index.js';
import { jenkinsOptions, withVerify } from '../jenkins-options.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) =>
    withVerify(yargs)
      .option('host', {
        describe: 'Base URL of the Jenkins server, in place of jenkins.host',
        type: 'string',
        requiresArg: true,
      })
      .option('username', {
        describe: 'User name there, in place of jenkins.username',
        type: 'string',
        requiresArg: true,
      })
      .option('password', {
        describe: 'Password or API token there, in place of jenkins.password',
        type: 'string',
        requiresArg: true,
      }),
  ({ host, username, password, verify }) => jenkinsSource(jenkinsOptions({ host, username, password, verify })),
);
