import type { ListedCommit } from './commit-graph.js';
import type { CommitReader } from './commit-reader.js';
import { DiffLane } from './diff-lane.js';
import type { ProcessGroup } from './process-group.js';

/** Commits of a batch: many, as neighbours share what git unpacks; but few enough that all lanes get some. */
const MAXIMUM_BATCH = 256;
const MINIMUM_BATCH = 8;

/** Batches that each lane is asked for ahead of their use. */
const BATCHES_AHEAD = 4;

/** Neighbouring commits, and the lane that compares them. */
export interface Batch {
  readonly commits: readonly ListedCommit[];
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

/**
 * Deals the commits out over lanes, asks git for them ahead, and gives the batches back in order.
 *
 * @param count about how many commits there are
 */
export async function* requestBatches(
  processes: ProcessGroup,
  objects: CommitReader,
  commits: Iterable<ListedCommit> | AsyncIterable<ListedCommit>,
  count: number,
  jobs: number,
): AsyncGenerator<Batch> {
  const perLane = Math.ceil(count / (jobs * BATCHES_AHEAD));
  const size = Math.min(MAXIMUM_BATCH, Math.max(MINIMUM_BATCH, perLane));
  const lanes: DiffLane[] = [];
  const requested: Batch[] = [];
  for await (const batch of inBatches(commits, size)) {
    const lane = freeLane(lanes, jobs, processes);
    objects.request(batch);
    lane.request(batch);
    requested.push({ commits: batch, lane });
    const oldest = requested.length < jobs * BATCHES_AHEAD ? undefined : requested.shift();
    if (oldest !== undefined) yield oldest;
  }
  yield* requested;
}

/** A new lane while there are fewer than jobs, then the one with the least to do. */
function freeLane(lanes: DiffLane[], jobs: number, processes: ProcessGroup): DiffLane {
  if (lanes.length < jobs) {
    const lane = new DiffLane(processes);
    lanes.push(lane);
    return lane;
  }
  return lanes.reduce((best, lane) => (lane.pending < best.pending ? lane : best));
}
