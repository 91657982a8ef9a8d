import { availableParallelism } from 'node:os';
import { inBatches, requestBatches } from './batches.js';
import { Branches } from './branches.js';
import { decodePath, type UnsizedChange } from './changes.js';
import { CommitGraph, listCommits } from './commit-graph.js';
import { CommitReader } from './commit-reader.js';
import { DiffCounts } from './diff-counts.js';
import type { Change, Commit, HistoryOptions } from './history.js';
import { BlobSizes, ObjectReader } from './object-reader.js';
import { ProcessGroup } from './process-group.js';
import { WaitingCommits } from './waiting-commits.js';

/** Lanes above which the one process of Node that reads them is what takes the time. */
const MAXIMUM_LANES = 8;

/** Commits that are asked for at once where nothing but the commits themselves is read. */
const PLAIN_BATCH = 256;

/**
 * Reads a history, oldest commit first. Nothing of it is kept but a graph of about 50 bytes a commit, which the
 * branches need; git waits where the reader of the commits does.
 *
 * Without statistics no tree and no blob is read, so that a clone without blobs will do.
 *
 * @throws {GitError} where git fails, the repository lacks an object, or the signal ends it
 */
export async function* readHistory(options: HistoryOptions): AsyncGenerator<Commit, void, undefined> {
  const processes = new ProcessGroup(options);
  try {
    yield* options.statistics ? readWithStatistics(processes, options) : readPlain(processes, options);
    await processes.finish();
  } finally {
    await processes.stop();
  }
}

async function* readPlain(processes: ProcessGroup, options: HistoryOptions): AsyncGenerator<Commit, void, undefined> {
  const objects = new CommitReader(processes, options.log);
  for await (const batch of inBatches(listCommits(processes, options.revisions), PLAIN_BATCH)) {
    objects.request(batch);
    for (const commit of batch) yield { ...(await objects.next(commit)), changes: [] };
  }
}

async function* readWithStatistics(
  processes: ProcessGroup,
  options: HistoryOptions,
): AsyncGenerator<Commit, void, undefined> {
  const graph = await readGraph(processes, options);
  const objects = new CommitReader(processes, options.log);
  const branches = new Branches(graph, new ObjectReader(processes));
  const counts = new DiffCounts(processes);
  const sizes = new BlobSizes(processes);
  const waiting = new WaitingCommits();
  const commits = options.revisions.some(isOption) ? listCommits(processes, options.revisions) : graph.commits();
  const jobs = options.jobs ?? Math.min(availableParallelism(), MAXIMUM_LANES);
  for await (const { commits: batch, lane } of requestBatches(processes, objects, commits, graph.length, jobs)) {
    for (const listed of batch) {
      const header = await objects.next(listed);
      const diffs = await lane.next(listed);
      const statistics = async (): Promise<Commit> => {
        const branch = branches.branchOf(listed.sha);
        const { totals, changes } = await counts.count(listed, diffs);
        return { ...header, totals, changes: await withSizes(changes, sizes), branch: await branch };
      };
      waiting.add(
        diffs.others.reduce((rows, paths) => rows + paths.length, diffs.first.length),
        statistics(),
      );
      while (waiting.full) yield await waiting.next();
    }
    await lane.endBatch(batch);
  }
  while (!waiting.empty) yield await waiting.next();
}

/** The graph of the whole range: options of `rev-list` that leave commits out do not change what a branch is. */
async function readGraph(processes: ProcessGroup, { revisions, tip }: HistoryOptions): Promise<CommitGraph> {
  const resolved = await listCommits(processes, ['--max-count=1', tip]).next();
  const names = revisions.filter((revision) => !isOption(revision));
  return await CommitGraph.read(processes, names.length > 0 ? names : [tip], resolved.done ? '' : resolved.value.sha);
}

function isOption(revision: string): boolean {
  return revision.startsWith('-');
}

async function withSizes(changes: readonly UnsizedChange[], blobs: BlobSizes): Promise<Change[]> {
  const sizes = await blobs.sizes(changes.flatMap(({ blob }) => blob ?? []));
  let measured = 0;
  return changes.map(({ path, status, insertions, deletions, blob }) => ({
    path: decodePath(path),
    type: status,
    insertions,
    deletions,
    size: blob === undefined ? 0 : (sizes[measured++] ?? 0),
  }));
}
