import type { LineCounts, PathDiff } from './diff-tree.js';
import type { Change, Totals } from './history.js';

/** A row of change_path whose blob is not measured yet. */
export interface UnsizedChange {
  readonly path: PathDiff;
  readonly lines: LineCounts;
}

/** Sums the line counts of a diff that was made without rename detection. */
export function totalsOf(paths: readonly PathDiff[]): Totals {
  let files = 0;
  let insertions = 0;
  let deletions = 0;
  for (const { lines } of paths) {
    if (lines === undefined) continue;
    files++;
    insertions += lines.insertions;
    deletions += lines.deletions;
  }
  return { insertions, deletions, lines: insertions + deletions, files };
}

/**
 * Adds the row of a changed path. There is none where the path has no line counts, or is a submodule afterwards.
 *
 * @param lines the counts that the row gets
 */
export function addChange(changes: UnsizedChange[], path: PathDiff, lines: LineCounts | undefined): void {
  if (!path.submodule && lines !== undefined) changes.push({ path, lines });
}

/** The blobs whose sizes the rows need. */
export function blobsOf(changes: readonly UnsizedChange[]): string[] {
  const blobs: string[] = [];
  for (const { path } of changes) if (path.status !== 'D') blobs.push(path.newBlob);
  return blobs;
}

export function withSizes(changes: readonly UnsizedChange[], sizes: ReadonlyMap<string, number>): Change[] {
  return changes.map(({ path, lines }) => ({
    path: decodePath(path.path),
    type: path.status,
    insertions: lines.insertions,
    deletions: lines.deletions,
    size: path.status === 'D' ? 0 : (sizes.get(path.newBlob) ?? 0),
  }));
}

/** The diff without rename detection, from the one with it and from all that is then added and deleted. */
export function withoutRenames(paired: readonly PathDiff[], unpaired: readonly PathDiff[]): PathDiff[] {
  return [...paired.filter(({ status }) => status === 'M' || status === 'T'), ...unpaired];
}

/** A path whose characters stand for a byte each, as UTF-8; bytes that are not valid become U+FFFD. */
function decodePath(path: string): string {
  return /[\x80-\xff]/.test(path) ? Buffer.from(path, 'latin1').toString('utf8') : path;
}
