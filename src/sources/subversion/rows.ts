import type { ChangeType, Difference, FileChange } from '../../svn/diff-parser.js';
import type { ListEntry } from '../../svn/list.js';
import type { LogEntry } from '../../svn/log.js';
import type { LocalTime } from '../../tables/local-time.js';
import type { Row } from '../../tables/row.js';
import type { Sprints } from '../sprints.js';

/** What the rows of one repository have in common. */
export interface RowContext {
  /** Name of the source, `repo_name` of each row. */
  readonly repository: string;
  readonly sprints: Sprints;
  readonly time: LocalTime;
}

/** Row of `vcs_versions`. Without statistics their fields are absent; "0" stands for what a revision does not have. */
export function versionRow(entry: LogEntry, difference: Difference | undefined, context: RowContext): Row {
  const author = entry.author ?? '0';
  return {
    repo_name: context.repository,
    version_id: String(entry.revision),
    sprint_id: entry.date === undefined ? '0' : context.sprints.find(entry.date),
    message: entry.message,
    type: 'commit',
    developer: author,
    developer_username: author,
    developer_email: '0',
    commit_date: formatDate(entry.date, context),
    author_date: '0',
    ...(difference === undefined ? {} : statistics(difference)),
  };
}

function statistics({ files, size }: Difference): Row {
  const insertions = sum(files, (file) => file.insertions);
  const deletions = sum(files, (file) => file.deletions);
  return {
    insertions: String(insertions),
    deletions: String(deletions),
    number_of_lines: String(insertions + deletions),
    number_of_files: String(files.length),
    size: String(size),
    branch: '0',
  };
}

/** Row of `change_path`. */
export function changeRow(revision: number, file: FileChange, type: ChangeType, context: RowContext): Row {
  return {
    repo_name: context.repository,
    version_id: String(revision),
    file: file.path,
    change_type: type,
    insertions: String(file.insertions),
    deletions: String(file.deletions),
  };
}

/** Row of `tag`. */
export function tagRow(entry: ListEntry, context: RowContext): Row {
  return {
    repo_name: context.repository,
    tag_name: entry.name,
    version_id: String(entry.revision),
    message: '0',
    tagged_date: formatDate(entry.date, context),
    tagger: entry.author ?? '0',
    tagger_email: '0',
  };
}

function formatDate(date: number | undefined, { time }: RowContext): string {
  return date === undefined ? '0' : time.format(date);
}

function sum(files: readonly FileChange[], count: (file: FileChange) => number): number {
  return files.reduce((total, file) => total + count(file), 0);
}
