import { PipeReader } from './pipe-reader.js';
import type { ProcessGroup } from './process-group.js';
import type { GitProcess } from './run.js';

/** One `git cat-file --batch`: answers whole objects in the order in which they were asked for. */
export class ObjectReader {
  readonly #process: GitProcess;
  readonly #reader: PipeReader;

  constructor(processes: ProcessGroup) {
    this.#process = processes.start('cat-file', '--batch');
    this.#reader = new PipeReader(this.#process);
  }

  request(objectNames: readonly string[]): void {
    if (objectNames.length > 0) this.#process.stdin.write(`${objectNames.join('\n')}\n`);
  }

  /**
   * Reads the next object that was asked for.
   *
   * @returns its bytes, valid until the next call
   * @throws {GitError} where it is missing or of another type
   */
  async next(objectName: string, type: string): Promise<Buffer> {
    const header = (await this.#reader.line())?.toString('latin1');
    const [name, foundType, size] = header?.split(' ') ?? [];
    if (name !== objectName || foundType !== type || size === undefined) {
      throw this.#process.failure(`${type} ${objectName} cannot be read (answer: ${header ?? 'none'})`);
    }
    const content = await this.#reader.take(Number(size));
    await this.#reader.take(1);
    return content;
  }
}

/** Sizes that are remembered, as merges and reverts bring the same blobs back. */
const REMEMBERED_SIZES = 16_384;

/** One `git cat-file --batch-check`: the sizes of blobs in bytes. */
export class BlobSizes {
  readonly #process: GitProcess;
  readonly #reader: PipeReader;
  readonly #known = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(processes: ProcessGroup) {
    this.#process = processes.start('cat-file', '--batch-check=%(objectname) %(objectsize)');
    this.#reader = new PipeReader(this.#process);
  }

  /** The sizes of these blobs, in their order. */
  sizes(blobs: readonly string[]): Promise<readonly number[]> {
    const sizes = blobs.map((blob) => this.#known.get(blob));
    const asked = blobs.filter((_, index) => sizes[index] === undefined);
    if (asked.length > 0) this.#process.stdin.write(`${asked.join('\n')}\n`);
    const answer = this.#last.then(async () => {
      for (const [index, blob] of blobs.entries()) sizes[index] ??= await this.#next(blob);
      return sizes.map((size) => size ?? 0);
    });
    this.#last = answer;
    // Whoever asked sees the failure; the next in the queue fails on its own.
    answer.catch(() => undefined);
    return answer;
  }

  async #next(blob: string): Promise<number> {
    const answer = (await this.#reader.line())?.toString('latin1') ?? 'none';
    const size = Number(answer.slice(blob.length + 1));
    if (!answer.startsWith(blob) || !Number.isInteger(size)) {
      throw this.#process.failure(`blob ${blob} cannot be read (answer: ${answer})`);
    }
    const oldest = this.#known.size < REMEMBERED_SIZES ? undefined : this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(blob, size);
    return size;
  }
}
