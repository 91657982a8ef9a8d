import { addChange, totalsOf, type UnsizedChange, withoutRenames } from './changes.js';
import type { ListedCommit } from './commit-graph.js';
import type { ParentDiffs } from './diff-lane.js';
import { DiffTree, type LineCounts, type PathDiff } from './diff-tree.js';
import type { Totals } from './history.js';
import type { ProcessGroup } from './process-group.js';
import { RecentMap } from './recent-map.js';

export interface CommitDiff {
  readonly totals: Totals;
  readonly changes: readonly UnsizedChange[];
}

/** Pairs of renamed blobs whose counts are remembered: branches that are merged late bring the same ones again. */
const REMEMBERED_PAIRS = 8192;

const UNCHANGED: LineCounts = { insertions: 0, deletions: 0 };

/** Makes totals and rows of the diffs of a commit, and has git count again what the first pass cannot tell. */
export class DiffCounts {
  readonly #pairs = new RecentMap<string, LineCounts>(REMEMBERED_PAIRS);
  #renamed: DiffTree | undefined;
  #unpaired: DiffTree | undefined;

  constructor(private readonly processes: ProcessGroup) {}

  async count(commit: ListedCommit, { first, others }: ParentDiffs): Promise<CommitDiff> {
    const unrenamed = first.some(({ status }) => status === 'R') ? await this.#withoutRenames(commit, first) : first;
    const changes: UnsizedChange[] = [];
    for (const path of first) addChange(changes, path, path.lines);
    if (others.length > 0) {
      const lines = new Map(unrenamed.map((path) => [path.path, path.lines]));
      for (const [index, paths] of others.entries()) {
        const renames = await this.#renameCounts(commit.sha, commit.parents[index + 1], paths);
        for (const path of paths) {
          addChange(changes, path, path.status === 'R' ? renames.get(path.path) : lines.get(path.path));
        }
      }
    }
    return { totals: totalsOf(unrenamed), changes };
  }

  async #withoutRenames({ sha, parents }: ListedCommit, first: readonly PathDiff[]): Promise<PathDiff[]> {
    this.#unpaired ??= new DiffTree(this.processes, 'unpaired');
    return withoutRenames(first, await this.#unpaired.ask({ commit: sha, parent: parents[0] }));
  }

  /** Line counts of the renames against a further parent, by new path. */
  async #renameCounts(
    commit: string,
    parent: string | undefined,
    paths: readonly PathDiff[],
  ): Promise<Map<string, LineCounts>> {
    const renames = paths.filter(({ status, submodule }) => status === 'R' && !submodule);
    const counts = new Map<string, LineCounts>();
    for (const rename of renames) {
      const known = this.#knownPair(rename);
      if (known !== undefined) counts.set(rename.path, known);
    }
    if (counts.size === renames.length) return counts;
    this.#renamed ??= new DiffTree(this.processes, 'renamed');
    for (const rename of await this.#renamed.ask({ commit, parent })) {
      if (rename.lines === undefined) continue;
      counts.set(rename.path, rename.lines);
      this.#pairs.set(pairOf(rename), rename.lines);
    }
    return counts;
  }

  #knownPair(rename: PathDiff): LineCounts | undefined {
    return rename.oldBlob === rename.newBlob ? UNCHANGED : this.#pairs.get(pairOf(rename));
  }
}

function pairOf({ oldBlob, newBlob }: PathDiff): string {
  return `${oldBlob} ${newBlob}`;
}
