import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { JiraOptions } from '../src/sources/jira/options.js';

const text = { type: 'string', requiresArg: true } as const;

/** Options that name another Jira, or account of it, than the settings and credentials do. */
export function withJira<T>(yargs: Argv<T>) {
  return yargs
    .option('server', { ...text, describe: 'Base URL of Jira (jira.server)' })
    .option('username', { ...text, describe: 'User name, in place of that of the settings and credentials' })
    .option('password', { ...text, describe: 'Password, in place of that of the settings and credentials' });
}

export function jiraAccount({
  server,
  username,
  password,
}: ArgumentsCamelCase<{
  server: string | undefined;
  username: string | undefined;
  password: string | undefined;
}>): Pick<JiraOptions, 'server' | 'username' | 'password'> {
  return {
    ...(server === undefined ? {} : { server }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
