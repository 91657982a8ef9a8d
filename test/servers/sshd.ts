import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requirements } from '../requirements.js';
import { until } from '../until.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);

/**
 * `sftp`: a plain OpenSSH server. `scp`: the same without SFTP, as with the login shell of the user.
 * `restricted`: every command goes through a shell that lets only the scp commands of agents through.
 */
export type SshdKind = 'sftp' | 'scp' | 'restricted';

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** What `~` and the folder after login are. */
  readonly home: string;
  /** Contents of the public host keys, OpenSSH form. */
  readonly hostKeys: readonly string[];
  /** What the server wrote to its log, for the restricted shell the commands that it was given. */
  log(): string;
  commands(): Promise<readonly string[]>;
  authorize(publicKey: string): Promise<void>;
  /** Cuts all connections of the server without a word. */
  cut(): void;
  stop(): Promise<void>;
}

const restrictedShell = `#!/bin/bash
command=$SSH_ORIGINAL_COMMAND
printf '%s\\n' "$command" >> "$HOME/../commands"
case "$command" in
  "scp -t ~/"*|"scp -d -t ~/"*|"scp -f ~/"*) ;;
  *) echo "Command '$command' is not allowed" >&2; exit 1;;
esac
echo "Executing command '$command'" >&2
exec /bin/bash --restricted -c "$command"
`;

function configuration(kind: SshdKind, folder: string, home: string, port: number): string {
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'ed25519')}`,
    `HostKey ${join(folder, 'rsa')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'MaxStartups 100',
    `SetEnv HOME=${home}`,
  ];
  if (kind === 'sftp') {
    lines.push(`Subsystem sftp internal-sftp -d ${home}`);
  }
  if (kind === 'restricted') {
    lines.push('Subsystem sftp /usr/lib/openssh/sftp-server', `ForceCommand ${join(folder, 'shell')}`);
  }
  return `${lines.join('\n')}\n`;
}

async function waitUntilReady(log: () => string, exited: () => boolean): Promise<void> {
  await until(
    () => exited() || log().includes('Server listening'),
    () => `sshd listens; it said ${log()}`,
  );
  if (exited()) {
    throw new Error(`sshd did not start: ${log()}`);
  }
}

/** Starts a private OpenSSH server for the current user, whose home may be on a disk of its own. */
export async function startSshd(kind: SshdKind, homeFolder?: string): Promise<Sshd> {
  const program = requirements.sshd.find();
  if (program === undefined) {
    throw new Error('no sshd on this machine');
  }
  const folder = await mkdtemp(join(tmpdir(), 'gatherer-sshd-'));
  const home = homeFolder ?? join(folder, 'home');
  await mkdir(join(home, 'export', 'TEST'), { recursive: true });
  await mkdir(join(home, 'update', 'TEST'), { recursive: true });
  await Promise.all([
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ed25519')]),
    run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(folder, 'rsa')]),
  ]);
  if (process.getuid?.() === 0) {
    await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  }
  const port = await freePort();
  await writeFile(join(folder, 'authorized_keys'), '');
  await writeFile(join(folder, 'shell'), restrictedShell);
  await chmod(join(folder, 'shell'), 0o755);
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'commands'), '');
  await writeFile(join(folder, 'sshd_config'), configuration(kind, folder, home, port));
  const server = spawn(program, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  await waitUntilReady(
    () => log,
    () => server.exitCode !== null,
  );
  const exited = once(server, 'exit');
  return {
    port,
    home,
    user: userInfo().username,
    hostKeys: await Promise.all(['ed25519', 'rsa'].map((name) => readFile(join(folder, `${name}.pub`), 'utf8'))),
    log: () => log,
    commands: async () => (await readFile(join(folder, 'commands'), 'utf8')).split('\n').filter((line) => line !== ''),
    authorize: (publicKey) => writeFile(join(folder, 'authorized_keys'), `${publicKey}\n`),
    cut: () => killChildren(server.pid),
    stop: async () => {
      server.kill('SIGTERM');
      killChildren(server.pid);
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The processes of sshd that serve one connection each lead process groups of their own. */
function killChildren(parent: number | undefined): void {
  if (parent === undefined) {
    return;
  }
  // The process of the connection first: outliving its child, it would close the channel in order.
  const script = `for p in $(cat /proc/${parent}/task/*/children); do kill -9 $p $(cat /proc/$p/task/*/children); done`;
  spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
}
