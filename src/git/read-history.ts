import { availableParallelism } from 'node:os';
import { BatchQueue, inBatches } from './batches.js';
import { BlobSizes } from './blob-sizes.js';
import { blobsOf, withSizes } from './changes.js';
import { CommitGraph, type ListedCommit, listCommits, listCommitsSince, resolveCommit } from './commit-graph.js';
import { CommitReader } from './commit-reader.js';
import { DiffCounts } from './diff-counts.js';
import { DiffLane } from './diff-lane.js';
import type { Commit, HistoryOptions } from './history.js';
import { ObjectDatabase } from './object-database.js';
import { ProcessGroup } from './process-group.js';
import { gitVersion, isAtLeast } from './version.js';
import { WaitingCommits } from './waiting-commits.js';

/** Lanes above which the one process of Node.js that reads them is what takes the time. */
const MAXIMUM_LANES = 8;

/** Commits that are worth a lane: below, starting it and what it has to unpack anew cost more than it brings. */
const LANE_COMMITS = 1000;

/** Commits that are asked for at once where nothing but the commits themselves is read. */
const PLAIN_BATCH = 256;

type History = AsyncGenerator<Commit, void, undefined>;

/**
 * Reads a history, oldest commit first. Nothing of it is kept but a graph of about 50 bytes a commit, which the
 * branches need; git waits where the reader of the commits does.
 *
 * Without statistics no tree and no blob is read, so that a clone without blobs will do.
 *
 * @throws {GitError} where git fails, the repository lacks an object, or the signal ends it
 */
export async function* readHistory(options: HistoryOptions): History {
  const processes = new ProcessGroup(options);
  try {
    yield* options.statistics ? readWithStatistics(processes, options) : readPlain(processes, options);
    await processes.finish();
  } finally {
    await processes.stop();
  }
}

async function* readPlain(processes: ProcessGroup, options: HistoryOptions): History {
  const objects = new ObjectDatabase(processes, 'contents', await gathersAnswers(processes));
  const reader = new CommitReader(objects, options.log);
  for await (const batch of inBatches(wantedCommits(processes, options), PLAIN_BATCH)) {
    reader.ask(batch.map(({ sha }) => sha));
    for (const { sha } of batch) yield { ...(await processes.answered(reader.next(sha))), changes: [] };
  }
}

async function* readWithStatistics(processes: ProcessGroup, options: HistoryOptions): History {
  const reading = readGraph(processes, options);
  // Whoever waits for it sees the failure. Meanwhile all other processes start.
  reading.catch(() => undefined);
  const lane = new DiffLane(processes);
  const gathers = await gathersAnswers(processes);
  const reader = new CommitReader(new ObjectDatabase(processes, 'contents', gathers), options.log);
  const sizes = new BlobSizes(new ObjectDatabase(processes, 'info', gathers));
  const graph = await reading;
  const commits = options.committedSince === undefined ? graph.commits() : wantedCommits(processes, options);
  const jobs = options.jobs ?? Math.min(availableParallelism(), MAXIMUM_LANES, Math.ceil(graph.length / LANE_COMMITS));
  const counts = new DiffCounts(processes);
  const waiting = new WaitingCommits();
  for await (const batch of new BatchQueue({ processes, reader, graph, jobs, lane }).batches(commits)) {
    const branches = await reader.branches(batch.merges);
    for (const [index, listed] of batch.commits.entries()) {
      const header = await reader.next(listed.sha);
      const branch = branches.get(batch.mergeOf[index] ?? '') ?? '0';
      const diffs = await batch.lane.next(listed);
      const counted = async (): Promise<Commit> => {
        const { totals, changes } = await counts.count(listed, diffs);
        return { ...header, branch, totals, changes: withSizes(changes, await sizes.sizes(blobsOf(changes))) };
      };
      waiting.add(
        diffs.others.reduce((rows, paths) => rows + paths.length, diffs.first.length),
        counted(),
      );
      // The older half at once, so that the questions of the newer one can gather.
      if (waiting.full) while (waiting.halfFull) yield await processes.answered(waiting.next());
    }
    await batch.lane.endBatch(batch.commits);
  }
  while (!waiting.empty) yield await processes.answered(waiting.next());
}

function wantedCommits(
  processes: ProcessGroup,
  { revisions, committedSince }: HistoryOptions,
): AsyncGenerator<ListedCommit> {
  return committedSince === undefined
    ? listCommits(processes, revisions)
    : listCommitsSince(processes, revisions, committedSince);
}

/** The graph of the whole range: commits that are left out do not change what a branch is. */
async function readGraph(processes: ProcessGroup, { revisions, tip }: HistoryOptions): Promise<CommitGraph> {
  const [graph, resolvedTip] = await Promise.all([
    CommitGraph.read(processes, revisions),
    resolveCommit(processes, tip),
  ]);
  graph.assignMerges(resolvedTip);
  return graph;
}

async function gathersAnswers(processes: ProcessGroup): Promise<boolean> {
  return isAtLeast(await gitVersion(processes), [2, 36]);
}
