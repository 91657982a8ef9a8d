import type { ObjectDatabase } from './object-database.js';
import { RecentMap } from './recent-map.js';

/** Sizes that are remembered, as merges and reverts bring the same blobs back. */
const REMEMBERED = 8192;

/** What is known of the sizes of some blobs, by name, and the blobs that were asked for. */
export interface WantedSizes {
  readonly known: Map<string, number>;
  readonly asked: readonly string[];
}

/** The sizes of blobs in bytes. */
export class BlobSizes {
  readonly #remembered = new RecentMap<string, number>(REMEMBERED);

  constructor(private readonly objects: ObjectDatabase) {}

  /** What has to be asked about these blobs, of which a name may come more than once. */
  want(blobs: Iterable<string>): WantedSizes {
    const known = new Map<string, number>();
    const asked: string[] = [];
    for (const blob of blobs) {
      if (known.has(blob)) continue;
      const size = this.#remembered.get(blob);
      known.set(blob, size ?? 0);
      if (size === undefined) asked.push(blob);
    }
    return { known, asked };
  }

  /** Reads the answers: the sizes of all of these blobs. */
  async read({ known, asked }: WantedSizes): Promise<ReadonlyMap<string, number>> {
    const sizes = await this.objects.sizes(asked);
    for (const [index, blob] of asked.entries()) {
      const size = sizes[index] ?? 0;
      known.set(blob, size);
      this.#remembered.set(blob, size);
    }
    return known;
  }
}
