import type { Logger } from '../log/logger.js';
import { BlobSizes, type WantedSizes } from './blob-sizes.js';
import { addChange, isMeasured, totalsOf } from './changes.js';
import type { CommitGraph } from './commit-graph.js';
import { readHeader } from './commit-header.js';
import { parseCommit } from './commit-object.js';
import type { LineCounts, PathDiff } from './diff-record.js';
import type { ComparedCommit } from './first-pass.js';
import type { Change, Commit } from './history.js';
import { mergedBranch } from './merge-message.js';
import type { ObjectDatabase } from './object-database.js';
import type { ProcessGroup } from './process-group.js';
import { RenameCounts, type Renames, type WantedRenames } from './rename-counts.js';

/** Commits, and what git was asked about them. */
export interface AskedCommits {
  readonly commits: readonly ComparedCommit[];
  /** For each commit the merge that its branch is named by. */
  readonly mergeOf: readonly (string | undefined)[];
  /** Those merges, once each. */
  readonly merges: readonly string[];
  readonly sizes: WantedSizes;
  readonly renames: WantedRenames;
}

export interface SecondPassContext {
  readonly processes: ProcessGroup;
  readonly objects: ObjectDatabase;
  readonly graph: CommitGraph;
  readonly log: Logger;
}

/** Asks for all that the diffs of commits do not tell, and makes the commits of a history of it. */
export class SecondPass {
  readonly #objects: ObjectDatabase;
  readonly #graph: CommitGraph;
  readonly #log: Logger;
  readonly #sizes: BlobSizes;
  readonly #renames: RenameCounts;

  constructor({ processes, objects, graph, log }: SecondPassContext) {
    this.#objects = objects;
    this.#graph = graph;
    this.#log = log;
    this.#sizes = new BlobSizes(objects);
    this.#renames = new RenameCounts(processes);
  }

  /** Asks about some commits. Those that were asked about first are to be read first. */
  ask(commits: readonly ComparedCommit[]): AskedCommits {
    const renames = this.#renames.ask(commits);
    const mergeOf = commits.map(({ sha }) => this.#graph.mergeOf(sha));
    const merges = [...new Set(mergeOf)].filter((merge) => merge !== undefined);
    const sizes = this.#sizes.want(blobsOf(commits));
    this.#objects.ask({ contents: [...merges, ...commits.map(({ sha }) => sha)], sizes: sizes.asked });
    return { commits, mergeOf, merges, sizes, renames };
  }

  /** Nothing more will be asked for. */
  end(): void {
    this.#objects.end();
    this.#renames.end();
  }

  async read({
    commits,
    mergeOf,
    merges,
    sizes: wantedSizes,
    renames: wantedRenames,
  }: AskedCommits): Promise<Commit[]> {
    const branches = await this.#branches(merges);
    const objects = await this.#objects.contents(commits.map(({ sha }) => sha));
    const sizes = await this.#sizes.read(wantedSizes);
    const renames = await this.#renames.read(wantedRenames);
    return commits.map((commit, index) => {
      const unrenamed = renames.withoutRenames(commit);
      return {
        ...readHeader(commit.sha, objects[index] ?? '', this.#log),
        branch: branches.get(mergeOf[index] ?? '') ?? '0',
        totals: totalsOf(unrenamed),
        changes: changesOf(commit, unrenamed, renames, sizes),
      };
    });
  }

  async #branches(merges: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const objects = await this.#objects.contents(merges);
    // An unknown encoding is told of where the merge itself is read.
    const branchOf = (object: string) => mergedBranch(parseCommit(object, () => undefined).message);
    return new Map(merges.map((merge, index) => [merge, branchOf(objects[index] ?? '')]));
  }
}

function blobsOf(commits: readonly ComparedCommit[]): string[] {
  const blobs: string[] = [];
  for (const { first, others } of commits) {
    for (const path of first) if (isMeasured(path)) blobs.push(path.newBlob);
    for (const paths of others) for (const path of paths) if (isMeasured(path)) blobs.push(path.newBlob);
  }
  return blobs;
}

function changesOf(
  commit: ComparedCommit,
  unrenamed: readonly PathDiff[],
  renames: Renames,
  sizes: ReadonlyMap<string, number>,
): Change[] {
  const changes: Change[] = [];
  for (const path of commit.first) addChange(changes, path, path.lines, sizes);
  if (commit.others.length === 0) return changes;
  const lines = new Map<string, LineCounts | undefined>();
  for (const path of unrenamed) lines.set(path.path, path.lines);
  for (const [index, paths] of commit.others.entries()) {
    const parent = commit.parents[index + 1] ?? '';
    for (const path of paths) {
      const counts = path.status === 'R' ? renames.counts(commit, parent, path.path) : lines.get(path.path);
      addChange(changes, path, counts, sizes);
    }
  }
  return changes;
}
