import { type ExecFileException, execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DropboxOptions } from '../../src/controller/dropbox/options.js';
import { type Dropbox, startDropbox } from '../../src/controller/dropbox/server.js';
import { ensureKeyPair } from '../../src/ssh/keys.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A dropbox with the agent TEST, which has the project TEST, and OpenSSH's clients for it. */
export interface DropboxBench {
  readonly dropbox: Dropbox;
  readonly dataFolder: string;
  /** Folder of the agent TEST in the data folder. */
  readonly home: string;
  /** Folder for files of the client. */
  readonly local: string;
  readonly keyPath: string;
  readonly knownHosts: string;
  /** Options that ssh, scp and sftp share; `-P` or `-p` for the port is not among them. */
  readonly common: readonly string[];
  scp(...args: readonly string[]): Promise<Outcome>;
  sftp(script: string): Promise<Outcome>;
  ssh(...args: readonly string[]): Promise<Outcome>;
  /** Path at the server as scp wants it. */
  remote(path: string): string;
}

export async function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { timeout: 590_000, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ code, stdout, stderr });
    });
    // One that ended without reading it tells why by its status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

export async function startBench(
  changes: Partial<DropboxOptions> = {},
  dataFolder = join(temporaryFolder(), 'data'),
): Promise<DropboxBench> {
  const local = temporaryFolder();
  const home = join(dataFolder, 'agents', 'TEST');
  for (const folder of ['export/TEST', 'update/TEST']) {
    await mkdir(join(home, folder), { recursive: true, mode: 0o700 });
  }
  const pair = await ensureKeyPair(join(local, '.ssh', 'id_ed25519'));
  const registered = formatPublicKey(pair.publicKey);
  const dropbox = await startDropbox({
    dataFolder,
    port: 0,
    host: '127.0.0.1',
    findPublicKey: (agent) => (agent === 'TEST' ? registered : undefined),
    projectsOf: () => ['TEST'],
    log: silentLogger,
    ...changes,
  });
  onTestFinished(() => dropbox.close());
  const knownHosts = join(local, '.ssh', 'known_hosts');
  await writeFile(knownHosts, dropbox.hostKeys.map((key) => `[127.0.0.1]:${dropbox.port} ${key}\n`).join(''));
  const common = ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-i', pair.path].concat([
    '-o',
    `UserKnownHostsFile=${knownHosts}`,
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'ConnectTimeout=10',
  ]);
  const port = String(dropbox.port);
  return {
    dropbox,
    dataFolder,
    home,
    local,
    keyPath: pair.path,
    knownHosts,
    common,
    scp: (...args) => run('scp', [...common, '-P', port, ...args]),
    sftp: (script) => run('sftp', [...common, '-P', port, '-b', '-', 'agent-TEST@127.0.0.1'], script),
    ssh: (...args) => run('ssh', [...common, '-p', port, ...args]),
    remote: (path) => `agent-TEST@127.0.0.1:${path}`,
  };
}
