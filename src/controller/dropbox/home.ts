import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { DropboxError, denied, missing, toDropboxError } from './failure.js';
import { type Folder, inFolder } from './folder.js';
import { type Location, locate, type ProjectLocation } from './path.js';
import type { Quota } from './quota.js';
import { fileMode, Upload } from './upload.js';

export interface Entry {
  readonly name: string;
  readonly stats: Stats;
}

export interface UploadRequest {
  readonly mode: number;
  readonly truncate: boolean;
  readonly exclusive: boolean;
}

export interface AttributeChange {
  readonly mode: number | undefined;
  /** Seconds since 1970. */
  readonly times: { readonly accessed: number; readonly modified: number } | undefined;
}

const folderMode = 0o700;

/**
 * What an agent sees and does: its folder with `export/<PROJECT>`, where it writes, and `update/<PROJECT>`, where it
 * reads. Paths are components as parsePath gives them. All methods throw DropboxError or errors of the file system.
 */
export class AgentHome {
  constructor(
    /** Real path. */
    private readonly root: string,
    private readonly projects: ReadonlySet<string>,
    private readonly quota: Quota,
  ) {}

  async stat(path: readonly string[]): Promise<Stats> {
    const location = locate(path, this.projects);
    const { folders, name } = placeOf(path, location);
    const found = await inFolder(this.root, folders, (folder) => folder.find(name));
    if (found === undefined) {
      throw missing();
    }
    if (!found.isFile() && !found.isDirectory()) {
      throw denied('neither a file nor a folder');
    }
    return found;
  }

  /** What is in a folder, one after the other; what is not served is not in it. */
  async *list(path: readonly string[]): AsyncGenerator<Entry> {
    locate(path, this.projects);
    const opened = await inFolder(this.root, path, async (folder) => opendir(folder.here));
    for await (const { name } of opened) {
      const entry = await this.#entry([...path, name]);
      if (entry !== undefined) {
        yield entry;
      }
    }
  }

  async openForReading(path: readonly string[]): Promise<FileHandle> {
    const location = locate(path, this.projects);
    if (location.kind !== 'project' || location.rest.length === 0) {
      throw new DropboxError('failure', 'Is a directory');
    }
    const { folders, name } = placeOf(path, location);
    return inFolder(this.root, folders, (folder) => folder.openFile(name));
  }

  async openForWriting(path: readonly string[], request: UploadRequest): Promise<Upload> {
    const { folders, name } = this.#writable(path);
    return Upload.begin({ home: this.root, folders, name, ...request }, this.quota);
  }

  /** Makes `export/<PROJECT>` or a folder in it. */
  async makeFolder(path: readonly string[]): Promise<void> {
    const location = this.#exported(path);
    const { folders, name } = placeOf(path, location);
    await this.quota.reserve(0, 1);
    try {
      await inFolder(this.root, folders, (folder) => mkdir(folder.at(name), { mode: folderMode }));
    } catch (error) {
      this.quota.release(0, 1);
      throw error;
    }
  }

  async removeFile(path: readonly string[]): Promise<void> {
    await this.#inWritableFolder(path, async (folder, name) => {
      const found = await folder.find(name);
      await unlink(folder.at(name));
      this.quota.release(found?.isFile() ? found.size : 0, 1);
    });
  }

  async removeFolder(path: readonly string[]): Promise<void> {
    await this.#inWritableFolder(path, (folder, name) => rmdir(folder.at(name)));
    this.quota.release(0, 1);
  }

  /** @param replace whether a file that is there already is replaced at once, as posix-rename@openssh.com does */
  async rename(from: readonly string[], to: readonly string[], replace: boolean): Promise<void> {
    const target = this.#writable(to);
    await this.#inWritableFolder(from, (source, name) =>
      inFolder(this.root, target.folders, async (folder) => {
        const existing = await folder.find(target.name);
        if (existing !== undefined && !replace) {
          throw new DropboxError('exists', 'File exists');
        }
        await rename(source.at(name), folder.at(target.name));
        this.quota.release(existing?.isFile() ? existing.size : 0, existing === undefined ? 0 : 1);
      }),
    );
  }

  async change(path: readonly string[], { mode, times }: AttributeChange): Promise<void> {
    await this.#inWritableFolder(path, async (folder, name) => {
      const handle = await folder.openFile(name);
      try {
        if (mode !== undefined) {
          await handle.chmod(fileMode(mode));
        }
        if (times !== undefined) {
          await handle.utimes(times.accessed, times.modified);
        }
      } finally {
        await handle.close();
      }
    });
  }

  async #entry(path: readonly string[]): Promise<Entry | undefined> {
    try {
      return { name: path.at(-1) ?? '', stats: await this.stat(path) };
    } catch (error) {
      if (toDropboxError(error).kind === 'failure') {
        throw error;
      }
      return undefined;
    }
  }

  async #inWritableFolder(
    path: readonly string[],
    action: (folder: Folder, name: string) => Promise<void>,
  ): Promise<void> {
    const { folders, name } = this.#writable(path);
    await inFolder(this.root, folders, (folder) => action(folder, name));
  }

  /** Something in `export/<PROJECT>`, not that folder itself. */
  #writable(path: readonly string[]): Place {
    const location = this.#exported(path);
    if (location.rest.length === 0) {
      throw denied('this folder belongs to the controller');
    }
    return placeOf(path, location);
  }

  #exported(path: readonly string[]): ProjectLocation {
    const location = locate(path, this.projects);
    if (location.kind !== 'project' || location.area !== 'export') {
      throw denied('agents write in export/<PROJECT>/ only');
    }
    return location;
  }
}

interface Place {
  readonly folders: readonly string[];
  readonly name: string;
}

/** The home itself is looked up by the name `.` in it. */
function placeOf(path: readonly string[], location: Location): Place {
  return location.kind === 'home'
    ? { folders: [], name: '.' }
    : { folders: path.slice(0, -1), name: path.at(-1) ?? '.' };
}
