import type { Row } from '../../tables/row.js';
import { local, plain, type RowContext, unknown } from '../answers.js';
import { type Lines, linesOf } from './hunk.js';
import type {
  Comment,
  CommitComment,
  GitHubRepository,
  Issue,
  IssueComment,
  Item,
  Pull,
  Review,
  ReviewComment,
  User,
} from './schema.js';

/** GitHub gives login names alone. */
function people(field: string, user: User): Row {
  const login = plain(user?.login, unknown);
  return { [field]: login, [`${field}_username`]: login };
}

/** Row of `github_repo`. */
export function repositoryRow(repository: GitHubRepository, context: RowContext): Row {
  return {
    repo_name: context.repository,
    github_id: String(repository.id),
    description: plain(repository.description, unknown),
    create_time: local(repository.created_at, context),
    private: repository.private ? '1' : '0',
    forked: repository.fork ? '1' : '0',
    star_count: String(repository.stargazers_count ?? 0),
    watch_count: String(repository.watchers_count ?? 0),
  };
}

function itemRow(item: Item, context: RowContext): Row {
  return {
    repo_name: context.repository,
    id: String(item.number),
    title: plain(item.title),
    description: plain(item.body),
    status: item.state,
    ...people('author', item.user),
    ...people('assignee', item.assignee),
    created_at: local(item.created_at, context),
    updated_at: local(item.updated_at ?? item.created_at, context),
  };
}

/** Votes of all reviews of a pull request. */
export interface Votes {
  readonly up: number;
  readonly down: number;
}

/** Row of `merge_request`. */
export function pullRow(pull: Pull, votes: Votes, context: RowContext): Row {
  return {
    ...itemRow(pull, context),
    ...(pull.state === 'closed' && pull.merged_at != null ? { status: 'merged' } : {}),
    source_branch: plain(pull.head.ref),
    target_branch: plain(pull.base.ref),
    upvotes: String(votes.up),
    downvotes: String(votes.down),
  };
}

const votes: ReadonlyMap<string, number> = new Map([
  ['APPROVED', 1],
  ['CHANGES_REQUESTED', -1],
]);

/** 1, -1, or 0 for a review that is no vote. */
export function voteOf({ state }: Review): number {
  return votes.get(state) ?? 0;
}

/** Row of `merge_request_review`. */
export function reviewRow(review: Review, { number }: Pull, context: RowContext): Row {
  return {
    repo_name: context.repository,
    merge_request_id: String(number),
    ...people('reviewer', review.user),
    vote: String(voteOf(review)),
  };
}

/** Row of `github_issue`. */
export function issueRow(issue: Issue, closedBy: User, context: RowContext): Row {
  return {
    ...itemRow(issue, context),
    pull_request_id: issue.pull_request == null ? unknown : String(issue.number),
    labels: String(issue.labels?.length ?? 0),
    closed_at: issue.closed_at == null ? unknown : local(issue.closed_at, context),
    closed_by: plain(closedBy?.login, unknown),
  };
}

function commentRow(comment: Comment, context: RowContext): Row {
  return {
    repo_name: context.repository,
    note_id: String(comment.id),
    ...people('author', comment.user),
    comment: plain(comment.body),
  };
}

function momentsOf({ created_at, updated_at }: Comment, context: RowContext) {
  return { created: local(created_at, context), updated: local(updated_at ?? created_at, context) };
}

/** Row of `github_issue_note`. */
export function issueNoteRow(comment: IssueComment, context: RowContext): Row {
  const { created, updated } = momentsOf(comment, context);
  const moments = { created_at: created, updated_at: updated };
  return { ...commentRow(comment, context), ...moments, issue_id: String(comment.issue) };
}

/** GitHub has neither threads of notes nor answers to one. */
const noThread = { thread_id: unknown, parent_id: unknown };

/** Row of `merge_request_note`. */
export function pullNoteRow(comment: IssueComment, context: RowContext): Row {
  const { created, updated } = momentsOf(comment, context);
  const moments = { created_at: created, updated_at: updated };
  return {
    ...commentRow(comment, context),
    ...moments,
    ...noThread,
    merge_request_id: String(comment.issue),
  };
}

function lineRow(comment: CommitComment | ReviewComment, lines: Lines, pull: number, context: RowContext): Row {
  const { created, updated } = momentsOf(comment, context);
  return {
    ...commentRow(comment, context),
    ...noThread,
    merge_request_id: String(pull),
    created_date: created,
    updated_date: updated,
    file: plain(comment.path, unknown),
    line: String(lines.first),
    end_line: String(lines.last),
    line_type: lines.type ?? unknown,
    commit_id: comment.commit_id ?? unknown,
  };
}

/** Row of `commit_comment` for a comment on a commit. */
export function commitCommentRow(comment: CommitComment, context: RowContext): Row {
  const line = comment.line ?? 0;
  return lineRow(comment, { first: line, last: line }, 0, context);
}

/** Row of `commit_comment` for a comment on the changes of a pull request. */
export function reviewCommentRow(comment: ReviewComment, context: RowContext): Row {
  const lines = linesOf(comment.diff_hunk ?? '', comment.position ?? 0);
  return lineRow(comment, lines, comment.pull, context);
}
