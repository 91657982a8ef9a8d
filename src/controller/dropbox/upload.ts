import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { systemCode } from '../../ssh/errors.js';
import { DropboxError, denied } from './failure.js';
import { type Folder, inFolder } from './folder.js';
import type { Quota } from './quota.js';

/** Folder in the home of an agent, which the agent does not see, where files are until they are whole. */
export const incomingFolder = '.incoming';

const folderMode = 0o700;
const copySize = 256 * 1024;

export interface UploadTarget {
  /** Real path of the home of the agent. */
  readonly home: string;
  /** Folders from there to the file. */
  readonly folders: readonly string[];
  readonly name: string;
  /** Permission bits of a new file; one that is replaced keeps its own. */
  readonly mode: number;
  /** Whether the old contents are replaced; otherwise the upload begins as a copy of them. */
  readonly truncate: boolean;
  /** Whether it is an error that the file exists. */
  readonly exclusive: boolean;
}

/** What an agent may not take away: its own controller must be able to read and replace the file. */
export function fileMode(mode: number): number {
  return (mode & 0o755) | 0o600;
}

async function enterIncoming(home: Folder): Promise<Folder> {
  try {
    return home.enter(incomingFolder);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw error;
    }
  }
  try {
    await mkdir(home.at(incomingFolder), { mode: folderMode });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') {
      throw error;
    }
  }
  return home.enter(incomingFolder);
}

async function createTemporary(root: string, name: string, mode: number): Promise<FileHandle> {
  return inFolder(root, [], async (home) => {
    const incoming = await enterIncoming(home);
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      return await open(incoming.at(name), flags, mode);
    } finally {
      incoming.close();
    }
  });
}

/** A file that is being uploaded. It takes its place, replacing what was there, only when the agent says that it is whole. */
export class Upload {
  #size = 0;
  #done = false;
  /** Something could not be written, so that the file is not what the agent thinks it is. */
  #broken = false;

  private constructor(
    private readonly target: UploadTarget,
    private readonly temporary: string,
    private readonly handle: FileHandle,
    private readonly quota: Quota,
  ) {}

  /** @throws DropboxError or the error of the file system */
  static async begin(target: UploadTarget, quota: Quota): Promise<Upload> {
    const existing = await inFolder(target.home, target.folders, (folder) => checkPlace(folder, target));
    const temporary = randomBytes(12).toString('hex');
    await quota.reserve(0, 1);
    const handle = await createTemporary(target.home, temporary, fileMode(target.mode)).catch((error: unknown) => {
      quota.release(0, 1);
      throw error;
    });
    const upload = new Upload(target, temporary, handle, quota);
    try {
      if (existing !== undefined) {
        await upload.#follow(existing);
      }
      return upload;
    } catch (error) {
      await upload.discard();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  async write(chunk: Buffer, position: number): Promise<void> {
    await this.#unbroken(async () => {
      await this.#extend(position + chunk.length);
      let written = 0;
      while (written < chunk.length) {
        const { bytesWritten } = await this.handle.write(chunk, written, chunk.length - written, position + written);
        written += bytesWritten;
      }
    });
  }

  async truncate(size: number): Promise<void> {
    await this.#unbroken(async () => {
      await this.#extend(size);
      await this.handle.truncate(size);
      this.quota.release(this.#size - size, 0);
      this.#size = size;
    });
  }

  async changeMode(mode: number): Promise<void> {
    await this.handle.chmod(fileMode(mode));
  }

  async changeTimes(accessed: number, modified: number): Promise<void> {
    await this.handle.utimes(accessed, modified);
  }

  async stat(): Promise<Stats> {
    return this.handle.stat();
  }

  async sync(): Promise<void> {
    await this.handle.datasync();
  }

  /** Puts the file in its place, on disk. @throws DropboxError where something of it could not be written */
  async commit(): Promise<void> {
    if (this.#broken) {
      await this.discard();
      throw new DropboxError('failure', 'Failure: the file could not be written and is dropped');
    }
    this.#done = true;
    try {
      await this.handle.datasync().finally(() => this.handle.close());
      const replaced = await this.#place();
      if (replaced !== undefined) {
        this.quota.release(replaced.size, 1);
      }
    } catch (error) {
      await this.#forget();
      throw error;
    }
  }

  /** Leaves nothing of the file; for an upload that was committed it does nothing. */
  async discard(): Promise<void> {
    if (!this.#done) {
      this.#done = true;
      await this.handle.close();
      await this.#forget();
    }
  }

  async #place(): Promise<Stats | undefined> {
    const { home, folders, name } = this.target;
    return inFolder(home, [incomingFolder], (incoming) =>
      inFolder(home, folders, async (folder) => {
        const existing = await checkPlace(folder, this.target);
        await rename(incoming.at(this.temporary), folder.at(name));
        return existing;
      }),
    );
  }

  async #forget(): Promise<void> {
    this.quota.release(this.#size, 1);
    await inFolder(this.target.home, [incomingFolder], (incoming) => rm(incoming.at(this.temporary), { force: true }));
  }

  async #unbroken(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  async #extend(size: number): Promise<void> {
    if (size > this.#size) {
      this.quota.checkFile(size);
      await this.quota.reserve(size - this.#size, 0);
      this.#size = size;
    }
  }

  /** Takes the mode of the file that will be replaced, and its contents where those are not to be truncated. */
  async #follow(existing: Stats): Promise<void> {
    await this.handle.chmod(existing.mode & 0o777);
    if (!this.target.truncate) {
      await this.#copyExisting();
    }
  }

  async #copyExisting(): Promise<void> {
    const { home, folders, name } = this.target;
    const source = await inFolder(home, folders, (folder) => folder.openFile(name));
    try {
      for (;;) {
        const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(copySize), 0, copySize, this.#size);
        if (bytesRead === 0) {
          return;
        }
        await this.write(buffer.subarray(0, bytesRead), this.#size);
      }
    } finally {
      await source.close();
    }
  }
}

/** @returns the regular file that will be replaced; a symbolic link is replaced itself and never followed */
async function checkPlace(folder: Folder, target: UploadTarget): Promise<Stats | undefined> {
  const existing = await folder.find(target.name);
  if (existing === undefined || existing.isSymbolicLink()) {
    return undefined;
  }
  if (existing.isDirectory()) {
    throw new DropboxError('failure', 'Is a directory');
  }
  if (!existing.isFile()) {
    throw denied('not a regular file');
  }
  if (target.exclusive) {
    throw new DropboxError('exists', 'File exists');
  }
  return existing;
}
