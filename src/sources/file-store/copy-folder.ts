import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { type FileStore, StoreError } from './store.js';

/** What is not taken for something that people put there by hand. */
export interface CopyLimits {
  readonly files: number;
  readonly bytes: number;
  /** Folders within folders. */
  readonly depth: number;
}

export const copyLimits: CopyLimits = { files: 10_000, bytes: 4 * 1024 ** 3, depth: 20 };

/** Files that are copied at once. */
const sideBySide = 4;

export interface CopySummary {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies a folder of a store, with all that is in it, into a local one that is made for it.
 *
 * @returns undefined where the store has no such folder
 * @throws {StoreError} where there is more than the limits let through, or where it changes meanwhile
 * @throws what the store throws
 */
export async function copyFolder(
  store: FileStore,
  folder: readonly string[],
  target: string,
  limits: CopyLimits = copyLimits,
): Promise<CopySummary | undefined> {
  return new FolderCopy(store, limits).run(folder, target);
}

class FolderCopy {
  readonly #limit = pLimit(sideBySide);
  readonly #work: Promise<void>[] = [];
  /** The first one; after it nothing is begun. */
  #failure: { readonly error: unknown } | undefined;
  #entries = 0;
  #files = 0;
  #bytes = 0;

  constructor(
    private readonly store: FileStore,
    private readonly limits: CopyLimits,
  ) {}

  /** Does not end before all that it began. */
  async run(folder: readonly string[], target: string): Promise<CopySummary | undefined> {
    let isThere = false;
    await this.#attempt(async () => {
      isThere = await this.#folder(folder, target, 0);
    });
    await Promise.all(this.#work);
    if (this.#failure !== undefined) throw this.#failure.error;
    return isThere ? { files: this.#files, bytes: this.#bytes } : undefined;
  }

  /** @returns whether there is such a folder */
  async #folder(names: readonly string[], target: string, depth: number): Promise<boolean> {
    const entries = await this.store.list(names);
    if (entries === undefined) return false;
    this.#entries += entries.length;
    this.#check(depth <= this.limits.depth, 'folders that are nested too deeply');
    this.#check(this.#entries <= this.limits.files, `more than ${this.limits.files} files`);
    await mkdir(target);
    for (const { name, kind } of entries) {
      const place = [...names, name];
      const copy = path.join(target, name);
      if (this.#failure !== undefined) break;
      if (kind === 'file') this.#work.push(this.#limit(() => this.#attempt(() => this.#file(place, copy))));
      else if (!(await this.#folder(place, copy, depth + 1))) throw this.#gone(place);
    }
    return true;
  }

  async #file(place: readonly string[], target: string): Promise<void> {
    const size = await this.store.fetch(place, target, this.limits.bytes - this.#bytes);
    if (size === undefined) throw this.#gone(place);
    this.#files += 1;
    this.#bytes += size;
    this.#check(this.#bytes <= this.limits.bytes, `more than ${this.limits.bytes} bytes`);
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      await action();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #check(isRight: boolean, what: string): void {
    if (!isRight) throw new StoreError(`${this.store.name} has ${what}, which is not taken for dropins`);
  }

  #gone(place: readonly string[]): StoreError {
    return new StoreError(`${place.join('/')} has gone from ${this.store.name} meanwhile; try again`);
  }
}
