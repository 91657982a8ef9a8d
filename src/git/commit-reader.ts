import type { Logger } from '../log/logger.js';
import type { ListedCommit } from './commit-graph.js';
import { parseCommit } from './commit-object.js';
import type { Commit } from './history.js';
import { ObjectReader } from './object-reader.js';
import type { ProcessGroup } from './process-group.js';

/** What a commit object says, without anything that needs a diff. */
export type CommitHeader = Pick<Commit, 'sha' | 'parents' | 'author' | 'committer' | 'message' | 'size'>;

/** Reads commit objects in the order in which they were asked for. */
export class CommitReader {
  readonly #objects: ObjectReader;

  constructor(
    processes: ProcessGroup,
    private readonly log: Logger,
  ) {
    this.#objects = new ObjectReader(processes);
  }

  request(commits: readonly ListedCommit[]): void {
    this.#objects.request(commits.map(({ sha }) => sha));
  }

  async next({ sha }: ListedCommit): Promise<CommitHeader> {
    const bytes = await this.#objects.next(sha, 'commit');
    const object = parseCommit(bytes, (encoding) => {
      this.log.warn({ commit: sha, encoding }, 'unknown encoding of a commit, read as UTF-8');
    });
    return { sha, ...object, size: bytes.length };
  }
}
