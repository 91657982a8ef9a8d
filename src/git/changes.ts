import type { LineCounts, PathDiff } from './diff-tree.js';
import type { ChangeType, Totals } from './history.js';

/** A row of change_path whose blob is not measured yet. */
export interface UnsizedChange extends LineCounts {
  /** A character per byte. */
  readonly path: string;
  readonly status: ChangeType;
  /** The new blob; undefined where the path was deleted. */
  readonly blob: string | undefined;
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
 * The row of a changed path. None where it has no line counts, or is a submodule afterwards.
 *
 * @param lines the counts that the row gets
 */
export function changeOf(path: PathDiff, lines: LineCounts | undefined): UnsizedChange[] {
  if (path.submodule || lines === undefined) return [];
  const blob = path.status === 'D' ? undefined : path.newBlob;
  return [{ path: path.path, status: path.status, ...lines, blob }];
}

/** The diff without rename detection, from the one with it and from all that is then added and deleted. */
export function withoutRenames(paired: readonly PathDiff[], unpaired: readonly PathDiff[]): PathDiff[] {
  return [...paired.filter(({ status }) => status === 'M' || status === 'T'), ...unpaired];
}

/** A path whose characters stand for a byte each, as UTF-8; bytes that are not valid become U+FFFD. */
export function decodePath(path: string): string {
  return /[\x80-\xff]/.test(path) ? Buffer.from(path, 'latin1').toString('utf8') : path;
}
