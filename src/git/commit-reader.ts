import type { Logger } from '../log/logger.js';
import { type CommitObject, parseCommit } from './commit-object.js';
import type { Commit } from './history.js';
import { mergedBranch } from './merge-message.js';
import type { ObjectDatabase } from './object-database.js';

/** What a commit object says, without anything that needs a diff. */
export type CommitHeader = CommitObject & Pick<Commit, 'sha' | 'size'>;

/** Reads commit objects in the order in which they were asked for. */
export class CommitReader {
  constructor(
    private readonly objects: ObjectDatabase,
    private readonly log: Logger,
  ) {}

  ask(names: readonly string[]): void {
    this.objects.ask(names);
  }

  async next(sha: string): Promise<CommitHeader> {
    const bytes = await this.objects.content(sha);
    const object = parseCommit(bytes, (encoding) => {
      this.log.warn({ commit: sha, encoding }, 'unknown encoding of a commit, read as UTF-8');
    });
    return { sha, ...object, size: bytes.length };
  }

  /** The branches that merges name, by merge; they must be the next that were asked for. */
  async branches(merges: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const branches = new Map<string, string>();
    for (const merge of merges) {
      const bytes = await this.objects.content(merge);
      // An unknown encoding is told of where the merge itself is read.
      branches.set(merge, mergedBranch(parseCommit(bytes, () => undefined).message));
    }
    return branches;
  }
}
