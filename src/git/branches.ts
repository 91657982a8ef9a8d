import type { CommitGraph } from './commit-graph.js';
import { parseCommit } from './commit-object.js';
import { mergedBranch } from './merge-message.js';
import type { ObjectReader } from './object-reader.js';

/** Branch names that are remembered; commits that lie near each other share them. */
const REMEMBERED = 1024;

/** The names of the branches by which commits came in, read from the merges when they are first needed. */
export class Branches {
  readonly #names = new Map<string, Promise<string>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly graph: CommitGraph,
    private readonly objects: ObjectReader,
  ) {}

  /** The branch of a commit, or "0". */
  branchOf(sha: string): Promise<string> {
    const merge = this.graph.mergeOf(sha);
    if (merge === undefined) return Promise.resolve('0');
    const known = this.#names.get(merge);
    if (known !== undefined) return known;
    const name = this.#read(merge);
    const oldest = this.#names.size < REMEMBERED ? undefined : this.#names.keys().next().value;
    if (oldest !== undefined) this.#names.delete(oldest);
    this.#names.set(merge, name);
    return name;
  }

  #read(merge: string): Promise<string> {
    this.objects.request([merge]);
    const name = this.#last.then(async () => {
      const bytes = await this.objects.next(merge, 'commit');
      // An unknown encoding is told where the merge itself is exported.
      return mergedBranch(parseCommit(bytes, () => undefined).message);
    });
    this.#last = name;
    // Whoever asked sees the failure; the next in the queue fails on its own.
    name.catch(() => undefined);
    return name;
  }
}
