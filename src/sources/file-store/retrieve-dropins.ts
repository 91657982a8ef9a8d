import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { copyFolder } from './copy-folder.js';
import { openStore, type StoreOptions, type StoreRuntime } from './open.js';
import { type FileStore, splitPath } from './store.js';

export interface DropinOptions extends StoreOptions {
  readonly project: string;
  /** Folder of the store that holds one folder for each project. */
  readonly path: string;
  /** Asks no store: there are to be no dropins. */
  readonly skip: boolean;
}

/**
 * Makes `dropins/<PROJECT>` what the store has for the project. Where the store fails, what was there stays; where it
 * has nothing, there are no dropins from then on.
 *
 * @throws {StoreError} where no store is set, or it has what is not taken
 * @throws {ConfigError} where the settings cannot be used
 * @throws {HttpError} where the store cannot be had; an AccessError names what would mend it
 */
export async function retrieveDropins(runtime: StoreRuntime, options: DropinOptions): Promise<void> {
  const { log } = runtime;
  const place = new DropinFolder(path.join(runtime.home, 'dropins'), options.project);
  if (options.skip) {
    log.warn(`There are no dropins for ${options.project}, because they are skipped`);
    return place.remove();
  }
  const store = openStore(runtime, options);
  try {
    await place.fill(store, [...splitPath(options.path), options.project], runtime);
  } finally {
    await store.close();
  }
}

/** A folder that is replaced as a whole. */
class DropinFolder {
  readonly #folder: string;
  readonly #next: string;
  readonly #last: string;

  constructor(
    private readonly parent: string,
    private readonly project: string,
  ) {
    this.#folder = path.join(parent, project);
    this.#next = path.join(parent, `.${project}.next`);
    this.#last = path.join(parent, `.${project}.last`);
  }

  async fill(store: FileStore, remote: readonly string[], { log }: Pick<StoreRuntime, 'log'>): Promise<void> {
    await this.#clear();
    await mkdir(this.parent, { recursive: true });
    try {
      const copied = await copyFolder(store, remote, this.#next);
      if (copied === undefined) {
        log.warn(`${store.name} has no dropins for ${this.project}`);
        return await this.remove();
      }
      await this.#replace();
      log.info(`${store.name} has ${copied.files} dropins (${copied.bytes} bytes) for ${this.project}`);
    } finally {
      await this.#clear();
    }
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  async #replace(): Promise<void> {
    try {
      await rename(this.#folder, this.#last);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    await rename(this.#next, this.#folder);
  }

  /** What a run left that was killed. */
  async #clear(): Promise<void> {
    for (const folder of [this.#next, this.#last]) await rm(folder, { recursive: true, force: true });
  }
}
