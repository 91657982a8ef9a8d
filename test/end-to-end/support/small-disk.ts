import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Moves what is in a folder to a small disk of its own, and puts that disk in the place of the folder. */
const script = `
  mount -t tmpfs -o size="$2" none /mnt && cp -a "$1/." /mnt && mount --move /mnt "$1" && echo ready && exec cat
`;

/** A folder that is a small disk for those who enter its namespace. */
export class SmallDisk {
  private constructor(
    private readonly folder: string,
    private readonly holder: ChildProcess,
  ) {}

  /** @param size as mount has it, such as `2m` */
  static async over(folder: string, size: string): Promise<SmallDisk> {
    const holder = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, size], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(() => Promise.reject(new Error(size)))]);
    return new SmallDisk(folder, holder);
  }

  /** Where its files are seen from outside. */
  get root(): string {
    return `/proc/${this.holder.pid}/root`;
  }

  /** The command that runs a program on it. */
  get within(): readonly string[] {
    return ['nsenter', '--preserve-credentials', '-U', '-m', '-t', String(this.holder.pid)];
  }

  /** Leaves about so many bytes free. */
  fill(free: number): void {
    const file = openSync(this.filler, 'w');
    const { bavail, bsize } = statfsSync(join(this.root, this.folder));
    const chunk = Buffer.alloc(Math.max(0, bavail * bsize - free));
    writeSync(file, chunk);
    closeSync(file);
  }

  /** Takes away what `fill` put there. */
  empty(): void {
    rmSync(this.filler, { force: true });
  }

  /** Names of all files on it. */
  files(): readonly string[] {
    return execFileSync('find', [join(this.root, this.folder), '-type', 'f', '-printf', '%P\n'], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name !== '' && name !== 'filler');
  }

  async remove(): Promise<void> {
    const exited = once(this.holder, 'exit');
    this.holder.stdin?.end();
    await exited;
  }

  private get filler(): string {
    return join(this.root, this.folder, 'filler');
  }
}
