import { type FileHandle, open, rm } from 'node:fs/promises';
import { AsciiBuffer } from './ascii-buffer.js';
import { exportError } from './errors.js';
import { LAYOUT } from './json.js';

/** Bytes kept in memory before they go to disk. */
const CHUNK = 256 * 1024;
/** Chunks on their way to disk before the writer has to wait. */
const MOST_PENDING = 2;
const COPY_SIZE = 1024 * 1024;

/**
 * A growing file of formatted rows, begun but not ended as a JSON array. Touches the disk only once a chunk is full,
 * so that many small ones side by side cost nothing.
 */
export class RowFile {
  #path: string;
  #handle: FileHandle | undefined;
  /** Whether there is a file. */
  #isMade = false;
  #buffer = new AsciiBuffer();
  #pending: Promise<void> = Promise.resolve();
  #chunks = 0;
  #failure: Error | undefined;
  #rows = 0;

  /** @param shown name of the exported file, for errors */
  constructor(
    path: string,
    private readonly shown: string,
  ) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds one formatted row. Where the disk `isBehind` then, `settle` is to be awaited before the next. */
  add(row: string): void {
    this.#buffer.add(`${this.#rows === 0 ? LAYOUT.start : LAYOUT.between}${row}`);
    this.#rows += 1;
    if (this.#buffer.length >= CHUNK) {
      this.#flush();
    }
  }

  get isBehind(): boolean {
    return this.#chunks > MOST_PENDING;
  }

  /**
   * Waits until all chunks are on disk.
   *
   * @throws {ExportError} where one could not be written
   */
  async settle(): Promise<void> {
    await this.#pending;
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  /** Adds the rows of another file, which is used up by it. */
  async take(other: RowFile): Promise<void> {
    if (other.#rows === 0) {
      await other.remove();
      return;
    }
    if (this.#rows === 0) {
      await this.#become(other);
      return;
    }
    await other.settle();
    await this.settle();
    this.#buffer.add(LAYOUT.between);
    let skip = LAYOUT.start.length;
    if (other.#handle !== undefined) {
      this.#flush();
      await this.settle();
      await this.#copy(other.#handle, skip);
      skip = 0;
    }
    this.#buffer.addFrom(other.#buffer, skip);
    this.#rows += other.#rows;
    await other.remove();
  }

  /** Ends the JSON array and brings everything to disk. */
  async finish(): Promise<void> {
    this.#buffer.add(this.#rows === 0 ? LAYOUT.empty : LAYOUT.end);
    this.#flush();
    await this.settle();
    try {
      await this.#handle?.sync();
      await this.#handle?.close();
    } catch (error) {
      throw exportError(this.shown, 'write', error);
    } finally {
      this.#handle = undefined;
    }
  }

  /** Closes and deletes the file; what was added is forgotten. Does not fail. */
  async remove(): Promise<void> {
    await this.#pending.catch(() => undefined);
    await this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
    this.#buffer.take();
    this.#rows = 0;
    if (this.#isMade) await rm(this.#path, { force: true }).catch(() => undefined);
    this.#isMade = false;
  }

  async #become(other: RowFile): Promise<void> {
    const [path, handle, buffer, isMade] = [this.#path, this.#handle, this.#buffer, this.#isMade];
    await other.settle();
    this.#path = other.#path;
    this.#handle = other.#handle;
    this.#buffer = other.#buffer;
    this.#isMade = other.#isMade;
    this.#rows = other.#rows;
    other.#path = path;
    other.#handle = handle;
    other.#buffer = buffer;
    other.#isMade = isMade;
    await other.remove();
  }

  #flush(): void {
    const chunk = this.#buffer.take();
    this.#chunks += 1;
    this.#pending = this.#pending.then(async () => {
      try {
        await this.#append(chunk);
      } catch (error) {
        this.#failure ??= exportError(this.shown, 'write', error);
      }
      this.#chunks -= 1;
    });
  }

  async #append(chunk: Uint8Array): Promise<void> {
    if (this.#failure === undefined) {
      this.#isMade = true;
      this.#handle ??= await open(this.#path, 'wx+', 0o644);
      await this.#handle.appendFile(chunk);
    }
  }

  async #copy(source: FileHandle, from: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(COPY_SIZE);
    let position = from;
    try {
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, COPY_SIZE, position);
        if (bytesRead === 0) {
          return;
        }
        await this.#append(buffer.subarray(0, bytesRead));
        position += bytesRead;
      }
    } catch (error) {
      throw exportError(this.shown, 'write', error);
    }
  }
}
