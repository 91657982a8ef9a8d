import type { Logger } from '../log/logger.js';

/** A person as a commit names them, decoded by the commit's `encoding` header. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Modified (content or mode), added, deleted, renamed, or changed in type (file, symbolic link, submodule). */
export type ChangeType = 'M' | 'A' | 'D' | 'R' | 'T';

/**
 * A changed path of a commit: a row of change_path.
 *
 * A merge has the changes against each of its parents, so a path may come more than once. The line counts are those of
 * the diff against the first parent, without rename detection; a path that this diff does not have is left out. A
 * rename has the counts of the diff with rename detection against the parent in question. A submodule has no row but
 * where it was removed or became a file.
 */
export interface Change {
  /** The path afterwards, where renamed or added; bytes that are not UTF-8 are U+FFFD. */
  readonly path: string;
  readonly type: ChangeType;
  readonly insertions: number;
  readonly deletions: number;
  /** Bytes of the new blob, 0 where deleted. */
  readonly size: number;
}

/** Numstat totals against the first parent, without rename detection. */
export interface Totals {
  readonly insertions: number;
  readonly deletions: number;
  readonly lines: number;
  readonly files: number;
}

/** One commit of a history, in the form that rows are made of. */
export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** The whole message, decoded, as Python's `commit.message` has it. */
  readonly message: string;
  /** Bytes of the commit object. */
  readonly size: number;
  /** Source branch by the merge that brought the commit in, or "0". Absent without statistics. */
  readonly branch?: string;
  /** Absent without statistics. */
  readonly totals?: Totals;
  /** Empty without statistics. */
  readonly changes: readonly Change[];
}

export interface HistoryOptions {
  /** Folder of the bare repository. */
  readonly gitFolder: string;
  /** Revision arguments of `git rev-list`, e.g. `['HEAD']` or `['HEAD', '^<sha>']`. */
  readonly revisions: readonly string[];
  /** Commits that were committed before this moment are left out, unread. Seconds since 1970. */
  readonly committedSince?: number;
  /** Tip that branches are derived from, in general the exported tip. */
  readonly tip: string;
  readonly statistics: boolean;
  /** Processes of git at once; the default follows the cores of the machine. */
  readonly jobs?: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}
