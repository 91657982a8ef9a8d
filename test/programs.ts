import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a test needs beyond the project, and how a Debian machine gets it. */
export interface Requirement {
  readonly name: string;
  readonly install: string;
  /** Path of the program, or undefined where the machine lacks it. */
  find(): string | undefined;
}

function onPath(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function program(name: string, install: string, further: () => readonly string[] = () => []): Requirement {
  return {
    name,
    install,
    find: () => onPath(name, [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', ...further()]),
  };
}

function postgresqlFolders(): readonly string[] {
  const base = '/usr/lib/postgresql';
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin')) : [];
}

/** Where Debian has the modules of Apache. */
export const apacheModules = '/usr/lib/apache2/modules';

const apache = program('apache2', 'apache2');

export const requirements = {
  git: program('git', 'git'),
  svn: program('svn', 'subversion'),
  apacheWithSvn: {
    name: 'apache2 with mod_dav_svn',
    install: 'libapache2-mod-svn',
    find: () => (existsSync(join(apacheModules, 'mod_dav_svn.so')) ? apache.find() : undefined),
  },
  svnserve: program('svnserve', 'subversion'),
  openssl: program('openssl', 'openssl'),
  sshd: program('sshd', 'openssh-server'),
  ssh: program('ssh', 'openssh-client'),
  scp: program('scp', 'openssh-client'),
  sftp: program('sftp', 'openssh-client'),
  python3: program('python3', 'python3'),
  bash: program('bash', 'bash'),
  slapd: program('slapd', 'slapd'),
  /** A file system of its own, which may be as small as a test wants it. */
  smallDisk: {
    name: 'the right to mount a tmpfs in a namespace',
    install: 'util-linux',
    find: () =>
      spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0 ? 'unshare' : undefined,
  },
  /** The same where the test itself must see it, not only a process that it starts. */
  mount: {
    name: 'root that may mount a tmpfs',
    install: 'mount',
    find: () =>
      process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
        ? 'mount'
        : undefined,
  },
  /** An engine that answers; `test/docker/engine.sh` starts one on Debian. */
  docker: {
    name: 'a Docker Engine',
    install: 'docker.io',
    find: () => (spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0 ? 'docker' : undefined),
  },
  systemdAnalyze: program('systemd-analyze', 'systemd'),
  dockerCompose: program('docker-compose', 'docker-compose'),
  postgres: program('postgres', 'postgresql', postgresqlFolders),
} as const;
