import { withoutRenames } from './changes.js';
import type { LineCounts, PathDiff } from './diff-record.js';
import { type Comparison, type DiffKind, DiffTree } from './diff-tree.js';
import type { ComparedCommit } from './first-pass.js';
import type { ProcessGroup } from './process-group.js';
import { RecentMap } from './recent-map.js';

/** Pairs of renamed blobs whose counts are remembered: branches that are merged late bring the same ones again. */
const REMEMBERED_PAIRS = 8192;

const UNCHANGED: LineCounts = { insertions: 0, deletions: 0 };

/** What git was asked about the renames of some commits, and what was known of them already. */
export interface WantedRenames {
  /** Diffs against the first parent that have renames. */
  readonly unpaired: readonly Comparison[];
  /** Diffs against further parents with renames that are not known. */
  readonly renamed: readonly Comparison[];
  /** Known line counts by new path, by comparison. */
  readonly known: Map<string, Map<string, LineCounts>>;
}

/** What is known of the renames of some commits. */
export interface Renames {
  /** The diff against the first parent, as it is without rename detection. */
  withoutRenames(commit: ComparedCommit): readonly PathDiff[];
  /** The line counts of a rename against a further parent, where it has any. */
  counts(commit: ComparedCommit, parent: string, path: string): LineCounts | undefined;
}

/** Has git count again what the first pass cannot tell. */
export class RenameCounts {
  readonly #pairs = new RecentMap<string, LineCounts>(REMEMBERED_PAIRS);
  readonly #trees = new Map<DiffKind, DiffTree>();

  constructor(private readonly processes: ProcessGroup) {}

  ask(commits: readonly ComparedCommit[]): WantedRenames {
    const unpaired: Comparison[] = [];
    const renamed: Comparison[] = [];
    const known: WantedRenames['known'] = new Map();
    for (const { sha, parents, first, others } of commits) {
      if (first.some(({ status }) => status === 'R')) unpaired.push({ commit: sha, parent: parents[0] });
      for (const [index, paths] of others.entries()) {
        const comparison = { commit: sha, parent: parents[index + 1] };
        const counts = this.#knownCounts(paths);
        known.set(keyOf(comparison), counts);
        if (counts.size < paths.filter(isCounted).length) renamed.push(comparison);
      }
    }
    if (unpaired.length > 0) this.#tree('unpaired').ask(unpaired);
    if (renamed.length > 0) this.#tree('renamed').ask(renamed);
    return { unpaired, renamed, known };
  }

  /** Nothing more will be asked for. */
  end(): void {
    for (const tree of this.#trees.values()) tree.end();
  }

  async read({ unpaired, renamed, known }: WantedRenames): Promise<Renames> {
    const addedAndDeleted = new Map<string, PathDiff[]>();
    const diffs = unpaired.length === 0 ? [] : await this.#tree('unpaired').read(unpaired);
    for (const [index, { commit }] of unpaired.entries()) addedAndDeleted.set(commit, diffs[index] ?? []);
    const counted = renamed.length === 0 ? [] : await this.#tree('renamed').read(renamed);
    for (const [index, comparison] of renamed.entries()) {
      for (const path of counted[index] ?? []) this.#learn(path, known.get(keyOf(comparison)));
    }
    return {
      withoutRenames: ({ sha, first }) => {
        const paths = addedAndDeleted.get(sha);
        return paths === undefined ? first : withoutRenames(first, paths);
      },
      counts: ({ sha }, parent, path) => known.get(keyOf({ commit: sha, parent }))?.get(path),
    };
  }

  #tree(kind: DiffKind): DiffTree {
    const started = this.#trees.get(kind);
    if (started !== undefined) return started;
    const tree = new DiffTree(this.processes, kind);
    this.#trees.set(kind, tree);
    return tree;
  }

  #knownCounts(paths: readonly PathDiff[]): Map<string, LineCounts> {
    const counts = new Map<string, LineCounts>();
    for (const path of paths.filter(isCounted)) {
      const known = path.renamed?.blob === path.newBlob ? UNCHANGED : this.#pairs.get(pairOf(path));
      if (known !== undefined) counts.set(path.path, known);
    }
    return counts;
  }

  #learn(path: PathDiff, counts: Map<string, LineCounts> | undefined): void {
    if (path.lines === undefined) return;
    counts?.set(path.path, path.lines);
    this.#pairs.set(pairOf(path), path.lines);
  }
}

function isCounted({ status, submodule }: PathDiff): boolean {
  return status === 'R' && !submodule;
}

function pairOf({ renamed, newBlob }: PathDiff): string {
  return `${renamed?.blob} ${newBlob}`;
}

function keyOf({ commit, parent }: Comparison): string {
  return `${commit} ${parent}`;
}
