import type { Change, Commit } from '../../git/history.js';
import type { LocalTime } from '../../tables/local-time.js';
import type { Row } from '../../tables/row.js';
import type { Sprints } from '../sprints.js';
import type { Tag } from './tag.js';

/** What the rows of one repository have in common. */
export interface RowContext {
  /** Name of the source, `repo_name` of each row. */
  readonly repository: string;
  readonly sprints: Sprints;
  readonly time: LocalTime;
}

/** Row of `vcs_versions`. Without statistics their fields are absent. */
export function versionRow(commit: Commit, context: RowContext): Row {
  return {
    repo_name: context.repository,
    version_id: commit.sha,
    sprint_id: context.sprints.find(commit.committer.time),
    message: commit.message,
    type: commit.parents.length > 1 ? 'merge' : 'commit',
    developer: commit.author.name,
    developer_username: commit.author.name,
    developer_email: commit.author.email,
    commit_date: context.time.format(commit.committer.time),
    author_date: context.time.format(commit.author.time),
    ...statistics(commit),
  };
}

function statistics({ totals, branch, size }: Commit): Row {
  if (totals === undefined) return {};
  return {
    insertions: String(totals.insertions),
    deletions: String(totals.deletions),
    number_of_files: String(totals.files),
    number_of_lines: String(totals.lines),
    size: String(size),
    branch: branch ?? '0',
  };
}

/** Row of `change_path`. */
export function changeRow(commit: Commit, change: Change, context: RowContext): Row {
  return {
    repo_name: context.repository,
    version_id: commit.sha,
    file: change.path,
    change_type: change.type,
    insertions: String(change.insertions),
    deletions: String(change.deletions),
    size: String(change.size),
  };
}

/** Row of `tag`. A lightweight tag has "0" for what it does not have; so has a tag without tagger. */
export function tagRow(tag: Tag, context: RowContext): Row {
  return {
    repo_name: context.repository,
    tag_name: tag.name,
    version_id: tag.commit,
    message: tag.annotation?.message ?? '0',
    tagged_date: tag.annotation?.tagger === undefined ? '0' : context.time.format(tag.annotation.tagger.time),
    tagger: tag.annotation?.tagger?.name ?? '0',
    tagger_email: tag.annotation?.tagger?.email ?? '0',
  };
}
