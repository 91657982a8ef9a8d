import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists } from '../agent/context.js';
import { writeFileAtomically } from '../config/atomic-file.js';

/**
 * The update trackers of a project as they were before a run, kept beside them until what was gathered is imported: a
 * run that fails, or is killed, leaves them as if it had not been.
 */
export class TrackerBackup {
  private readonly kept: string;
  private readonly unfinished: string;

  /**
   * @param folder `export/<PROJECT>`
   * @param files names of the trackers
   */
  constructor(
    private readonly folder: string,
    private readonly files: readonly string[],
  ) {
    this.kept = join(folder, '.trackers');
    this.unfinished = join(folder, '.trackers.new');
  }

  /** Whether a run was killed before it came to its end. */
  isLeft(): Promise<boolean> {
    return fileExists(this.kept);
  }

  async take(): Promise<void> {
    await rm(this.unfinished, { recursive: true, force: true });
    await mkdir(this.unfinished, { recursive: true });
    for (const file of this.files) {
      const place = join(this.folder, file);
      if (await fileExists(place)) await copyWhole(place, join(this.unfinished, file));
    }
    await rename(this.unfinished, this.kept);
  }

  /** Puts them back, removes those that were not there before, and forgets them. */
  async restore(): Promise<void> {
    const names = await readdir(this.kept);
    for (const name of names) await copyWhole(join(this.kept, name), join(this.folder, name));
    const added = this.files.filter((file) => !names.includes(file));
    await Promise.all(added.map((file) => rm(join(this.folder, file), { force: true })));
    await this.discard();
  }

  async discard(): Promise<void> {
    await rm(this.kept, { recursive: true, force: true });
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  await writeFileAtomically(to, await readFile(from), 0o644);
}
