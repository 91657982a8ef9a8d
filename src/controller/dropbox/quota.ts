import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../ssh/errors.js';
import { DropboxError } from './failure.js';

export interface QuotaLimits {
  /** Bytes of all files of an agent that are not imported yet. */
  readonly bytes: number;
  /** Files and folders. */
  readonly files: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
}

interface Usage {
  readonly bytes: number;
  readonly files: number;
}

/** Counting anew what is on disk takes time, so an agent cannot ask for it more often than this, milliseconds. */
const measureAgainAfter = 1000;

async function measure(folder: string): Promise<Usage> {
  let bytes = 0;
  let files = 0;
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name);
      const inner = entry.isDirectory() ? await measure(path) : { bytes: await sizeOf(path), files: 0 };
      bytes += inner.bytes;
      files += inner.files + 1;
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw error;
    }
  }
  return { bytes, files };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch {
    return 0;
  }
}

/**
 * What an agent has uploaded, over all of its connections. It is counted on disk when it seems too much, as imports
 * take files away.
 */
export class Quota {
  #usage: Usage = { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };
  #measured = Number.NEGATIVE_INFINITY;
  #measuring: Promise<void> | undefined;

  constructor(
    readonly limits: QuotaLimits,
    /** Folders whose files count, as they are now. */
    private readonly folders: () => Promise<readonly string[]>,
  ) {}

  /** @throws DropboxError where it would be too much */
  async reserve(bytes: number, files: number): Promise<void> {
    if (!this.#fits(bytes, files)) {
      await this.#measureAgain();
    }
    if (!this.#fits(bytes, files)) {
      const { bytes: most, files: many } = this.limits;
      throw new DropboxError(
        'quota',
        `Disk quota exceeded: an agent may keep ${most} bytes in ${many} files until they are imported`,
      );
    }
    this.#usage = { bytes: this.#usage.bytes + bytes, files: this.#usage.files + files };
  }

  release(bytes: number, files: number): void {
    this.#usage = { bytes: Math.max(0, this.#usage.bytes - bytes), files: Math.max(0, this.#usage.files - files) };
  }

  checkFile(size: number): void {
    if (size > this.limits.fileBytes) {
      throw new DropboxError('quota', `Disk quota exceeded: a file may have ${this.limits.fileBytes} bytes`);
    }
  }

  #fits(bytes: number, files: number): boolean {
    return this.#usage.bytes + bytes <= this.limits.bytes && this.#usage.files + files <= this.limits.files;
  }

  async #measureAgain(): Promise<void> {
    if (performance.now() - this.#measured < measureAgainAfter) {
      return;
    }
    this.#measuring ??= this.#measureNow().finally(() => {
      this.#measuring = undefined;
    });
    await this.#measuring;
  }

  async #measureNow(): Promise<void> {
    const parts = await Promise.all((await this.folders()).map(measure));
    this.#usage = {
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      files: parts.reduce((sum, part) => sum + part.files, 0),
    };
    this.#measured = performance.now();
  }
}
