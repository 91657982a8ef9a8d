import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, SshError, systemCode } from './errors.js';
import { isPlainName } from './scp/messages.js';

/** A file to be sent; one that does not exist is skipped. */
export interface UploadFile {
  readonly path: string;
  /** Name at the other side, default the last component of the path. */
  readonly name?: string;
}

/** A file that is open and about to be sent. */
export interface OpenedFile {
  readonly name: string;
  readonly size: number;
  /** Permission bits, without what umask 022 takes away. */
  readonly mode: number;
  readonly handle: FileHandle;
}

const chunkSize = 32_000;
const umask = 0o022;

function localError(action: string, path: string, error: unknown): SshError {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SshError(
      'local-disk-full',
      `${path} cannot be ${action}: the local disk is full; free space and try again`,
      {
        cause: error,
      },
    );
  }
  return new SshError('local', `${path} cannot be ${action}: ${messageOf(error)}`, { cause: error });
}

/** @throws SshError where the name could leave the folder that it is meant for */
export function checkName(name: string): string {
  if (!isPlainName(name)) {
    throw new SshError('local', `${JSON.stringify(name)} is not a plain file name: give one without folders`);
  }
  return name;
}

export async function openLocal(file: UploadFile): Promise<OpenedFile | undefined> {
  const name = checkName(file.name ?? basename(file.path));
  let handle: FileHandle;
  try {
    handle = await open(file.path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw localError('read', file.path, error);
  }
  const found = await handle.stat();
  if (found.isFile()) {
    return { name, size: found.size, mode: found.mode & 0o777 & ~umask, handle };
  }
  await handle.close();
  throw new SshError('local', `${file.path} is not a regular file and cannot be sent`);
}

/** The bytes of a file in chunks. @throws SshError where it became shorter since it was opened */
export async function* chunksOf(file: OpenedFile): AsyncGenerator<Buffer> {
  let position = 0;
  while (position < file.size) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkSize, file.size - position));
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      throw new SshError('local', `${file.name} became shorter while it was sent; try again when nothing writes to it`);
    }
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A file that is received beside its final place and put there, whole, by `commit`. */
export class IncomingFile {
  #position = 0;

  private constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly handle: FileHandle,
    private readonly limit: number,
  ) {}

  /** @param mode of a new file, before umask 022; a file that is replaced keeps its own */
  static async create(folder: string, name: string, mode: number, limit: number): Promise<IncomingFile> {
    const path = join(folder, checkName(name));
    const temporary = join(folder, `.${randomBytes(8).toString('hex')}.part`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      await handle.chmod(await modeToKeep(path, mode));
      return new IncomingFile(path, temporary, handle, limit);
    } catch (error) {
      throw localError('written', path, error);
    }
  }

  get size(): number {
    return this.#position;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#position + chunk.length > this.limit) {
      throw new SshError(
        'too-large',
        `${this.path}: the server sends more than the ${this.limit} bytes that are allowed`,
      );
    }
    try {
      await this.handle.writeFile(chunk);
      this.#position += chunk.length;
    } catch (error) {
      throw localError('written', this.path, error);
    }
  }

  async commit(): Promise<void> {
    try {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.temporary, this.path);
    } catch (error) {
      throw localError('written', this.path, error);
    }
  }

  async discard(): Promise<void> {
    await this.handle.close().catch(() => {});
    await rm(this.temporary, { force: true });
  }
}

async function modeToKeep(path: string, mode: number): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return (mode & 0o777 & ~umask) | 0o600;
  }
}
