import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../until.js';
import { freePort } from './free-port.js';

const simulator = path.join(import.meta.dirname, '../simulators/git-http.mjs');

export interface HttpOptions {
  readonly user?: string;
  readonly password?: string;
  /** Folder that receives the certificate of the server, `tls.pem`. Without it the server speaks http. */
  readonly tls?: string;
  /** File that receives a line per request. */
  readonly log?: string;
}

/** Serves the bare repositories of a folder over smart HTTP until the test ends; `host:port`. */
export async function serveHttp(root: string, options: HttpOptions = {}): Promise<string> {
  const { user, password, tls, log } = options;
  const words = [
    ...[simulator, '--root', root],
    ...(user === undefined ? [] : ['--user', user]),
    ...(password === undefined ? [] : ['--password', password]),
    ...(log === undefined ? [] : ['--log', log]),
    ...(tls === undefined ? [] : certificate(tls)),
  ];
  const child = start('node', words, ['ignore', 'pipe', 'inherit']);
  if (child.stdout === null) throw new Error('the server has no output');
  const [line] = await once(child.stdout, 'data');
  const url = /https?:\/\/([^"]+)/.exec(String(line))?.[1];
  if (url === undefined) throw new Error(`no address in ${line}`);
  return url;
}

/** A certificate for localhost that no authority has signed. */
function certificate(folder: string): readonly string[] {
  const key = path.join(folder, 'tls.key');
  const pem = path.join(folder, 'tls.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...made, '-keyout', key, '-out', pem, ...subject], { stdio: 'ignore' });
  return ['--tls-cert', pem, '--tls-key', key];
}

/** Serves the bare repositories of a folder by the git protocol until the test ends; `host:port`. */
export async function serveGit(root: string): Promise<string> {
  const port = await freePort();
  const words = [
    'daemon',
    '--reuseaddr',
    '--listen=127.0.0.1',
    `--port=${port}`,
    '--export-all',
    `--base-path=${root}`,
  ];
  start('git', [...words, root], 'ignore');
  const listRemote = ['ls-remote', `git://127.0.0.1:${port}/app.git`];
  await until(
    () => spawnSync('git', listRemote, { stdio: 'ignore' }).status === 0,
    () => 'git daemon answers',
  );
  return `127.0.0.1:${port}`;
}

/** `git daemon` has children of its own, which must end with it. */
function start(
  command: string,
  words: readonly string[],
  stdio: 'ignore' | ['ignore', 'pipe', 'inherit'],
): ChildProcess {
  const child = spawn(command, words, { stdio, detached: true });
  onTestFinished(() => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  });
  return child;
}
