import type { ListedCommit } from './commit-graph.js';
import { DiffTree, type PathDiff } from './diff-tree.js';
import type { ChangeType } from './history.js';
import type { ProcessGroup } from './process-group.js';

/** What git says of a commit in the first pass. */
export interface ParentDiffs {
  /** Against the first parent, or against nothing; renames found, lines counted. */
  readonly first: readonly PathDiff[];
  /** Against each further parent: renames, and the paths that a diff against the first parent has. No counts. */
  readonly others: readonly (readonly PathDiff[])[];
}

/** The processes of git that compare one batch of commits after the other. */
export class DiffLane {
  readonly #first: DiffTree;
  #others: DiffTree | undefined;
  /** Commits that were asked for and not read yet. */
  pending = 0;

  constructor(private readonly processes: ProcessGroup) {
    this.#first = new DiffTree(processes, 'counted');
  }

  request(commits: readonly ListedCommit[]): void {
    this.pending += commits.length;
    this.#first.request(commits.map(({ sha, parents }) => ({ commit: sha, parent: parents[0] })));
    const others = commits.flatMap(({ sha, parents }) => parents.slice(1).map((parent) => ({ commit: sha, parent })));
    if (others.length > 0) this.#othersTree().request(others);
  }

  /** Reads the diffs of the next commit that was asked for. */
  async next({ sha, parents }: ListedCommit): Promise<ParentDiffs> {
    const first = await this.#first.next({ commit: sha, parent: parents[0] });
    this.pending--;
    if (parents.length < 2) return { first, others: [] };
    const paths = new Set(first.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath])));
    const wanted = (status: ChangeType, path: string) => status === 'R' || paths.has(path);
    const others: PathDiff[][] = [];
    for (const parent of parents.slice(1)) {
      others.push(await this.#othersTree().next({ commit: sha, parent }, wanted));
    }
    return { first, others };
  }

  /** Reads over the end of a batch of these commits. */
  async endBatch(commits: readonly ListedCommit[]): Promise<void> {
    await this.#first.endBatch();
    if (commits.some(({ parents }) => parents.length > 1)) await this.#othersTree().endBatch();
  }

  #othersTree(): DiffTree {
    this.#others ??= new DiffTree(this.processes, 'listed');
    return this.#others;
  }
}
