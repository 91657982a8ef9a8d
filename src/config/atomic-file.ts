import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Flushes the entry of a folder, so that a rename in it survives a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The system does not say which file it had no room for. */
function withPlace(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  const message = `${path} cannot be written: the disk is full; free some space and run again`;
  return Object.assign(new Error(message, { cause: error }), { code });
}

/**
 * Replaces a file at once: a reader, or a process that is killed meanwhile, finds the old contents or the new.
 *
 * @param mode permission bits, set whatever the umask is
 * @throws the error of the file system; the old file is then untouched and no temporary file stays behind
 */
export async function writeFileAtomically(path: string, contents: string | Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(contents);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw withPlace(path, error);
  }
  await syncFolder(dirname(path));
}
