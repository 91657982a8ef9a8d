import { HttpError } from '../../http/errors.js';

/** Something in a folder of a store. */
export interface StoreEntry {
  /** A name that {@link isFileName} accepts. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** A place where people put files for this program. Paths are names of folders from its root. */
export interface FileStore {
  /** For messages, e.g. `the store at cloud.example.org`. */
  readonly name: string;
  /** What a folder holds; undefined where there is no such folder. */
  list(folder: readonly string[]): Promise<readonly StoreEntry[] | undefined>;
  /**
   * Copies a file to a new local one of at most so many bytes.
   *
   * @returns its bytes; undefined where there is no such file
   */
  fetch(file: readonly string[], target: string, most: number): Promise<number | undefined>;
  close(): Promise<void>;
}

/** A store has what is not copied, such as more files than anyone put there by hand. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Whether a name from outside is one of a single file within its folder. */
export function isFileName(name: string): boolean {
  const isPath = /[/\\\0]/.test(name) || name === '.' || name === '..';
  return name !== '' && !isPath && Buffer.byteLength(name) <= 255;
}

/**
 * The names of a path that a person gave.
 *
 * @throws {StoreError} where it leads out of the store
 */
export function splitPath(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (!names.every(isFileName)) throw new StoreError(`${path} is no path within the store`);
  return names;
}

/** Whether something is not in the store, rather than that the store fails. */
export function isMissing(error: unknown): boolean {
  if (error instanceof HttpError) return error.status === 404;
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
