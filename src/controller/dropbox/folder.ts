import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { systemCode } from '../../ssh/errors.js';
import { denied } from './failure.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const descriptors = '/proc/self/fd';
let hasDescriptors: boolean | undefined;

/** Whether open files can be reached by their descriptors; asked once, on first use. */
function canAnchor(): boolean {
  hasDescriptors ??= existsSync(descriptors);
  return hasDescriptors;
}

/**
 * A folder that is held open, so that names in it mean what they meant when it was reached, whatever is renamed or
 * replaced by a symbolic link meanwhile. On Linux names are looked up through the open descriptor (`/proc/self/fd`),
 * which is what openat(2) does; elsewhere each folder on the way is checked before it is entered.
 */
export class Folder {
  private constructor(
    private readonly descriptor: number,
    private readonly base: string,
  ) {}

  /**
   * Opens without giving way to other work: the entries of a few folders are in memory, and the detour through a thread
   * would cost many times as much, for each component of each path.
   *
   * @throws the error of the file system; ELOOP or ENOTDIR for a symbolic link
   */
  static open(path: string): Folder {
    const descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    return new Folder(descriptor, canAnchor() ? `${descriptors}/${descriptor}` : path);
  }

  enter(name: string): Folder {
    return Folder.open(this.at(name));
  }

  /** Path of the folder itself, for listing it. */
  get here(): string {
    return this.base;
  }

  /** Path of a name in the folder; operations on it must not follow a symbolic link by that name. */
  at(name: string): string {
    // Not path.join, which would turn `.` into the descriptor itself: a link.
    return `${this.base}/${name}`;
  }

  /** Opens a regular file for reading; pipes, devices and symbolic links are refused. */
  async openFile(name: string): Promise<FileHandle> {
    const handle = await open(this.at(name), O_RDONLY | O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) {
      return handle;
    }
    await handle.close();
    throw denied('not a regular file');
  }

  /** @returns what is there by that name, a symbolic link as such; undefined where there is nothing */
  async find(name: string): ReturnType<typeof findEntry> {
    return findEntry(this.at(name));
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

async function findEntry(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Walks down from a folder, component by component, and acts in the last one. */
export async function inFolder<T>(
  root: string,
  components: readonly string[],
  action: (folder: Folder) => Promise<T>,
): Promise<T> {
  let folder = Folder.open(root);
  try {
    for (const name of components) {
      const inner = folder.enter(name);
      folder.close();
      folder = inner;
    }
    return await action(folder);
  } finally {
    folder.close();
  }
}
