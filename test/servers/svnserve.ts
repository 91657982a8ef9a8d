import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './free-port.js';
import { serveUntilTestEnds } from './until-test-ends.js';

/** Lets `svnserve` give a repository to these users alone. */
export function restrictAccess(repository: string, users: Readonly<Record<string, string>>): void {
  const configuration = ['[general]', 'anon-access = none', 'auth-access = read', 'password-db = passwd', ''];
  const passwords = ['[users]', ...Object.entries(users).map(([name, password]) => `${name} = ${password}`), ''];
  writeFileSync(path.join(repository, 'conf', 'svnserve.conf'), configuration.join('\n'));
  writeFileSync(path.join(repository, 'conf', 'passwd'), passwords.join('\n'));
}

/** Serves the repositories of a folder by the protocol of Subversion until the test ends; `host:port`. */
export async function serveSubversion(root: string): Promise<string> {
  const port = await freePort();
  const words = ['--daemon', '--foreground', '--root', root, '--listen-host', '127.0.0.1', '--listen-port', `${port}`];
  await serveUntilTestEnds('svnserve', words, port);
  return `127.0.0.1:${port}`;
}
