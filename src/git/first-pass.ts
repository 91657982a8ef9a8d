import type { ListedCommit } from './commit-graph.js';
import type { PathDiff } from './diff-record.js';
import { type Comparison, DiffTree } from './diff-tree.js';
import type { ChangeType } from './history.js';
import type { ProcessGroup } from './process-group.js';

/** Commits of a batch: many, as neighbours share what git unpacks; but few enough that all lanes get some. */
const MAXIMUM_BATCH = 1024;
const MINIMUM_BATCH = 16;

/** Batches that each lane is asked for ahead of their use. */
const BATCHES_AHEAD = 4;

/** Batches that each lane gets at least, where there are enough commits, as some take much longer than others. */
const SHARE = 2 * BATCHES_AHEAD;

/** Commits, and paths of them, above which no more are read at once. */
const CHUNK_COMMITS = 256;
const CHUNK_PATHS = 2048;

/** A commit, and what git says of it in the first pass. */
export interface ComparedCommit extends ListedCommit {
  /** Against the first parent, or against nothing; renames found, lines counted. */
  readonly first: readonly PathDiff[];
  /** Against each further parent: renames, and the paths that a diff against the first parent has. No counts. */
  readonly others: readonly (readonly PathDiff[])[];
}

/** A process of git that compares one batch of commits after the other. */
interface Lane {
  readonly tree: DiffTree;
  /** Commits that were asked for and not read yet. */
  pending: number;
}

/** Neighbouring commits that a lane was asked for. */
interface Batch {
  readonly commits: readonly ListedCommit[];
  readonly lane: Lane;
}

/** Deals commits out over lanes of git, asks for them ahead of their use, and gives them back in order. */
export class FirstPass {
  readonly #lanes: Lane[] = [];
  #others: DiffTree | undefined;

  constructor(private readonly processes: ProcessGroup) {
    this.#addLane();
  }

  /**
   * Compares commits with their parents.
   *
   * @param commits in arrays of the size of a batch
   * @param jobs how many lanes there are at most
   */
  async *compare(
    commits: Iterable<ListedCommit[]> | AsyncIterable<ListedCommit[]>,
    jobs: number,
  ): AsyncGenerator<ComparedCommit[]> {
    for await (const batch of this.#batches(commits, jobs)) {
      for (let read = 0; read < batch.commits.length; ) {
        const chunk = await this.#read(batch.lane, batch.commits.slice(read, read + CHUNK_COMMITS));
        read += chunk.length;
        yield chunk;
      }
    }
  }

  async *#batches(
    commits: Iterable<ListedCommit[]> | AsyncIterable<ListedCommit[]>,
    jobs: number,
  ): AsyncGenerator<Batch> {
    const asked: Batch[] = [];
    for await (const batch of commits) {
      asked.push(this.#ask(batch, jobs));
      const oldest = asked.length < jobs * BATCHES_AHEAD ? undefined : asked.shift();
      if (oldest !== undefined) yield oldest;
    }
    // They end while the rest is read.
    for (const { tree } of this.#lanes) tree.end();
    this.#others?.end();
    yield* asked;
  }

  #ask(commits: readonly ListedCommit[], jobs: number): Batch {
    const lane = this.#freeLane(jobs);
    lane.pending += commits.length;
    lane.tree.ask(commits.map(withFirstParent));
    const others = commits.flatMap(withOtherParents);
    if (others.length > 0) this.#othersTree().ask(others);
    return { commits, lane };
  }

  /** A new lane while there are fewer than jobs, then the one with the least to do. */
  #freeLane(jobs: number): Lane {
    const idlest = this.#lanes.reduce((best, lane) => (lane.pending < best.pending ? lane : best));
    return idlest.pending === 0 || this.#lanes.length >= jobs ? idlest : this.#addLane();
  }

  #addLane(): Lane {
    const lane = { tree: new DiffTree(this.processes, 'counted'), pending: 0 };
    this.#lanes.push(lane);
    return lane;
  }

  /** One for all lanes: what it does takes little time. */
  #othersTree(): DiffTree {
    this.#others ??= new DiffTree(this.processes, 'listed');
    return this.#others;
  }

  /** Reads the next commits of a lane: those that are given, or the first of them where they have many paths. */
  async #read(lane: Lane, commits: readonly ListedCommit[]): Promise<ComparedCommit[]> {
    const compared: ComparedCommit[] = [];
    for (const [index, first] of (await lane.tree.read(commits.map(withFirstParent), CHUNK_PATHS)).entries()) {
      const commit = commits[index];
      if (commit === undefined) break;
      const { sha, parents } = commit;
      compared.push({ sha, parents, first, others: parents.length < 2 ? [] : await this.#readOthers(commit, first) });
    }
    lane.pending -= compared.length;
    return compared;
  }

  async #readOthers(commit: ListedCommit, first: readonly PathDiff[]): Promise<PathDiff[][]> {
    const paths = new Set<string>();
    for (const { path, renamed } of first) {
      paths.add(path);
      if (renamed !== undefined) paths.add(renamed.path);
    }
    const wanted = (status: ChangeType, path: string) => status === 'R' || paths.has(path);
    return this.#othersTree().read(withOtherParents(commit), undefined, wanted);
  }
}

/** How many commits a batch has. */
export function batchSize(commits: number, jobs: number): number {
  return Math.min(MAXIMUM_BATCH, Math.max(MINIMUM_BATCH, Math.ceil(commits / (jobs * SHARE))));
}

function withFirstParent({ sha, parents }: ListedCommit): Comparison {
  return { commit: sha, parent: parents[0] };
}

function withOtherParents({ sha, parents }: ListedCommit): Comparison[] {
  return parents.slice(1).map((parent) => ({ commit: sha, parent }));
}
