import type { LineCounts, PathDiff } from './diff-record.js';
import { decodeUtf8 } from './encoding.js';
import type { Change, Totals } from './history.js';

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

/** Whether the row of a path, if there is one, has the size of a blob. */
export function isMeasured(path: PathDiff): boolean {
  return path.status !== 'D' && !path.submodule;
}

/**
 * Adds the row of a changed path. There is none where the path has no line counts, or is a submodule afterwards.
 *
 * @param lines the counts that the row gets
 * @param sizes of blobs, by name
 */
export function addChange(
  changes: Change[],
  path: PathDiff,
  lines: LineCounts | undefined,
  sizes: ReadonlyMap<string, number>,
): void {
  if (path.submodule || lines === undefined) return;
  changes.push({
    path: decodeUtf8(path.path),
    type: path.status,
    insertions: lines.insertions,
    deletions: lines.deletions,
    size: isMeasured(path) ? (sizes.get(path.newBlob) ?? 0) : 0,
  });
}

/** The diff without rename detection, from the one with it and from all that is then added and deleted. */
export function withoutRenames(paired: readonly PathDiff[], unpaired: readonly PathDiff[]): PathDiff[] {
  return [...paired.filter(({ status }) => status === 'M' || status === 'T'), ...unpaired];
}
