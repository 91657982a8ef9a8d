import { constants, type Dirent } from 'node:fs';
import { copyFile, lstat, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../../log/logger.js';
import { type FileStore, isFileName, isMissing, type StoreEntry, StoreError } from './store.js';

/** A folder of this machine, such as a mounted share. Links in it are not followed: they may lead anywhere. */
export class LocalStore implements FileStore {
  readonly name: string;

  constructor(
    private readonly root: string,
    private readonly log: Logger,
  ) {
    this.name = `the folder ${root}`;
  }

  async list(folder: readonly string[]): Promise<readonly StoreEntry[] | undefined> {
    const place = await this.#place(folder);
    if (place === undefined || !(await lstat(place)).isDirectory()) return undefined;
    const entries = await readdir(place, { withFileTypes: true });
    return entries.flatMap((entry) => this.#entry(place, entry));
  }

  async fetch(file: readonly string[], target: string, most: number): Promise<number | undefined> {
    const place = await this.#place(file);
    if (place === undefined) return undefined;
    const stat = await lstat(place);
    if (!stat.isFile()) return undefined;
    if (stat.size > most) throw new StoreError(`${place} has ${stat.size} bytes, of which ${most} would be taken`);
    await copyFile(place, target, constants.COPYFILE_EXCL);
    return stat.size;
  }

  async close(): Promise<void> {}

  #entry(folder: string, entry: Dirent): readonly StoreEntry[] {
    const { name } = entry;
    if (isFileName(name) && (entry.isFile() || entry.isDirectory())) {
      return [{ name, kind: entry.isFile() ? 'file' : 'folder' }];
    }
    this.log.error(`${path.join(folder, name)} is left out, because it is neither a file nor a folder`);
    return [];
  }

  /** Where something lies; undefined where there is nothing of that name. */
  async #place(names: readonly string[]): Promise<string | undefined> {
    const root = await realpath(this.root);
    const place = path.join(root, ...names);
    try {
      if ((await realpath(place)) === place) return place;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    throw new StoreError(`${place} leads to elsewhere, and is not followed`);
  }
}
