import type { CommitGraph, ListedCommit } from './commit-graph.js';
import type { CommitReader } from './commit-reader.js';
import { DiffLane } from './diff-lane.js';
import type { ProcessGroup } from './process-group.js';

/** Commits of a batch: many, as neighbours share what git unpacks; but few enough that all lanes get some. */
const MAXIMUM_BATCH = 512;
const MINIMUM_BATCH = 8;

/** Batches that each lane is asked for ahead of their use. */
const BATCHES_AHEAD = 4;

/** Neighbouring commits that git was asked for. */
export interface Batch {
  readonly commits: readonly ListedCommit[];
  /** For each commit the merge that its branch is named by. */
  readonly mergeOf: readonly (string | undefined)[];
  /** Those merges, once each: asked for before the commits. */
  readonly merges: readonly string[];
  /** What compares the commits. */
  readonly lane: DiffLane;
}

/** Cuts commits into arrays of at most `size`. */
export async function* inBatches(
  commits: Iterable<ListedCommit> | AsyncIterable<ListedCommit>,
  size: number,
): AsyncGenerator<ListedCommit[]> {
  let batch: ListedCommit[] = [];
  for await (const commit of commits) {
    batch.push(commit);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export interface BatchQueueOptions {
  readonly processes: ProcessGroup;
  readonly reader: CommitReader;
  readonly graph: CommitGraph;
  /** How many lanes there are at most. */
  readonly jobs: number;
  /** The first lane. */
  readonly lane: DiffLane;
}

/** Deals commits out over lanes, asks git for them ahead of their use, and gives the batches back in order. */
export class BatchQueue {
  readonly #lanes: DiffLane[];
  readonly #size: number;
  readonly #processes: ProcessGroup;
  readonly #reader: CommitReader;
  readonly #graph: CommitGraph;
  readonly #jobs: number;

  constructor({ processes, reader, graph, jobs, lane }: BatchQueueOptions) {
    this.#processes = processes;
    this.#reader = reader;
    this.#graph = graph;
    this.#jobs = jobs;
    this.#lanes = [lane];
    const share = Math.ceil(graph.length / (jobs * BATCHES_AHEAD));
    this.#size = Math.min(MAXIMUM_BATCH, Math.max(MINIMUM_BATCH, share));
  }

  async *batches(commits: Iterable<ListedCommit> | AsyncIterable<ListedCommit>): AsyncGenerator<Batch> {
    const asked: Batch[] = [];
    for await (const batch of inBatches(commits, this.#size)) {
      asked.push(this.#ask(batch));
      const oldest = asked.length < this.#jobs * BATCHES_AHEAD ? undefined : asked.shift();
      if (oldest !== undefined) yield oldest;
    }
    yield* asked;
  }

  #ask(commits: readonly ListedCommit[]): Batch {
    const mergeOf = commits.map(({ sha }) => this.#graph.mergeOf(sha));
    const merges = [...new Set(mergeOf.flatMap((merge) => merge ?? []))];
    this.#reader.ask(merges);
    this.#reader.ask(commits.map(({ sha }) => sha));
    const lane = this.#freeLane();
    lane.request(commits);
    this.#processes.flush();
    return { commits, mergeOf, merges, lane };
  }

  /** A new lane while there are fewer than jobs, then the one with the least to do. */
  #freeLane(): DiffLane {
    const idlest = this.#lanes.reduce((best, lane) => (lane.pending < best.pending ? lane : best));
    if (idlest.pending === 0 || this.#lanes.length >= this.#jobs) return idlest;
    const lane = new DiffLane(this.#processes);
    this.#lanes.push(lane);
    return lane;
  }
}
