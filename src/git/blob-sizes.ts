import type { ObjectDatabase } from './object-database.js';
import { RecentMap } from './recent-map.js';

/** Sizes that are remembered, as merges and reverts bring the same blobs back. */
const REMEMBERED = 8192;

/** The sizes of blobs in bytes. */
export class BlobSizes {
  readonly #known = new RecentMap<string, number>(REMEMBERED);
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
      this.#known.set(blob, size);
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
}
