import type { ObjectDatabase } from './object-database.js';

/** Sizes that are remembered, as merges and reverts bring the same blobs back. */
const REMEMBERED = 16_384;

/** The sizes of blobs in bytes. */
export class BlobSizes {
  readonly #known = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly objects: ObjectDatabase) {}

  /** The sizes of these blobs, by name. */
  async sizes(blobs: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    const unknown: string[] = [];
    for (const blob of blobs) {
      const size = this.#known.get(blob);
      if (size === undefined) unknown.push(blob);
      else sizes.set(blob, size);
    }
    if (unknown.length === 0) return sizes;
    this.objects.ask(unknown);
    for (const [index, size] of (await this.#read(unknown)).entries()) {
      const blob = unknown[index] ?? '';
      sizes.set(blob, size);
      this.#remember(blob, size);
    }
    return sizes;
  }

  /** Answers come in the order of the questions: who asks later reads later. */
  #read(blobs: readonly string[]): Promise<readonly number[]> {
    const answer = this.#last.then(() => this.objects.sizes(blobs));
    this.#last = answer;
    // Whoever asked sees the failure; the next in the queue fails on its own.
    answer.catch(() => undefined);
    return answer;
  }

  #remember(blob: string, size: number): void {
    const oldest = this.#known.size < REMEMBERED ? undefined : this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(blob, size);
  }
}
