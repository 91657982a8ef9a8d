import { availableParallelism } from 'node:os';
import { CommitGraph, type ListedCommit, listCommits, resolveCommit } from './commit-graph.js';
import { readHeader } from './commit-header.js';
import { batchSize, FirstPass } from './first-pass.js';
import type { Commit, HistoryOptions } from './history.js';
import { ObjectDatabase } from './object-database.js';
import { ProcessGroup } from './process-group.js';
import { type AskedCommits, SecondPass } from './second-pass.js';

/** Lanes above which the one process of Node.js that reads them is what takes the time. */
const MAXIMUM_LANES = 8;

/** Commits that are worth a lane: below, starting it and what it has to unpack anew cost more than it brings. */
const LANE_COMMITS = 200;

/** Commits that are asked for at once where nothing but the commits themselves is read. */
const PLAIN_BATCH = 256;

type History = AsyncGenerator<readonly Commit[], void, undefined>;

/**
 * Reads a history, oldest commit first, some commits at a time. Nothing of it is kept but a graph of about 50 bytes a
 * commit, which the branches need; git waits where the reader of the commits does.
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

async function* readPlain(processes: ProcessGroup, { revisions, committedSince, log }: HistoryOptions): History {
  const objects = await ObjectDatabase.open(processes);
  for await (const batch of inBatches(listCommits(processes, revisions, committedSince), PLAIN_BATCH)) {
    const names = batch.map(({ sha }) => sha);
    objects.ask({ contents: names });
    const contents = await objects.contents(names);
    yield names.map((sha, index) => ({ ...readHeader(sha, contents[index] ?? '', log), changes: [] }));
  }
}

async function* readWithStatistics(processes: ProcessGroup, options: HistoryOptions): History {
  const { revisions, committedSince, log } = options;
  const reading = readGraph(processes, options);
  // Whoever waits for them sees their failures. Meanwhile the other processes start.
  reading.catch(() => undefined);
  const firstPass = new FirstPass(processes);
  const opening = ObjectDatabase.open(processes);
  opening.catch(() => undefined);
  const graph = await reading;
  const jobs = options.jobs ?? Math.min(availableParallelism(), MAXIMUM_LANES, Math.ceil(graph.length / LANE_COMMITS));
  const size = batchSize(graph.length, jobs);
  const commits =
    committedSince === undefined
      ? graph.batches(size)
      : inBatches(listCommits(processes, revisions, committedSince), size);
  let secondPass: SecondPass | undefined;
  let asked: AskedCommits | undefined;
  for await (const chunk of firstPass.compare(commits, jobs)) {
    secondPass ??= new SecondPass({ processes, objects: await opening, graph, log });
    const next = secondPass.ask(chunk);
    // Git has found the answers of these while the diffs of the next came in.
    if (asked !== undefined) yield await secondPass.read(asked);
    asked = next;
  }
  if (secondPass === undefined || asked === undefined) return;
  secondPass.end();
  yield await secondPass.read(asked);
}

/** Cuts lists of commits anew, into arrays of `size`, of which the last may be shorter. */
async function* inBatches(lists: AsyncIterable<readonly ListedCommit[]>, size: number): AsyncGenerator<ListedCommit[]> {
  let batch: ListedCommit[] = [];
  for await (const list of lists) {
    for (const commit of list) {
      batch.push(commit);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
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
