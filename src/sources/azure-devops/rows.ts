import type { Row } from '../../tables/row.js';
import { local, plain, type RowContext, unknown } from '../answers.js';
import type { Comment, Identity, PullRequest, Push, RefUpdate, Reviewer, Thread } from './schema.js';

const noObject = /^0+$/;

/** Whether an account is a group, by its own word or by how groups are named. */
export function isGroup({ isContainer }: Identity, name: string): boolean {
  return isContainer ?? /^\[[^\]]+]\\/.test(name);
}

/** Some accounts have a name for people only. */
function usernameOf({ uniqueName, displayName }: Identity): string {
  return plain(uniqueName ?? displayName);
}

/** Accounts that machines push with are named by an address. */
export function isService({ uniqueName }: Identity): boolean {
  return uniqueName?.startsWith('vstfs:///') === true;
}

/** Row of `vcs_event` for one branch or tag that a push moved. */
export function pushRow(push: Push, update: RefUpdate, context: RowContext): Row {
  const { version, action } = readUpdate(update);
  return {
    repo_name: context.repository,
    version_id: version,
    action,
    kind: 'push',
    ref: plain(update.name, unknown),
    user: plain(push.pushedBy.displayName),
    username: usernameOf(push.pushedBy),
    email: unknown,
    date: local(push.date, context),
  };
}

function readUpdate({ oldObjectId, newObjectId }: RefUpdate): { readonly version: string; readonly action: string } {
  if (noObject.test(oldObjectId)) return { version: newObjectId, action: 'pushed new' };
  if (noObject.test(newObjectId)) return { version: oldObjectId, action: 'deleted' };
  return { version: newObjectId, action: 'pushed to' };
}

/** Row of `merge_request`. */
export function requestRow(request: PullRequest, reviewers: readonly Reviewer[], context: RowContext): Row {
  const { createdBy, creationDate, closedDate } = request;
  return {
    repo_name: context.repository,
    id: String(request.pullRequestId),
    title: plain(request.title),
    description: plain(request.description),
    status: request.status,
    source_branch: plain(request.sourceRefName),
    target_branch: plain(request.targetRefName),
    author: plain(createdBy.displayName),
    author_username: usernameOf(createdBy),
    assignee: unknown,
    assignee_username: unknown,
    upvotes: String(reviewers.filter(({ vote }) => vote > 0).length),
    downvotes: String(reviewers.filter(({ vote }) => vote < 0).length),
    created_at: local(creationDate, context),
    updated_at: local(closedDate ?? creationDate, context),
  };
}

/** Row of `merge_request_review`. */
export function reviewRow(reviewer: Reviewer, request: PullRequest, context: RowContext): Row {
  return {
    repo_name: context.repository,
    merge_request_id: String(request.pullRequestId),
    reviewer: plain(reviewer.displayName),
    reviewer_username: usernameOf(reviewer),
    vote: String(reviewer.vote),
  };
}

/** The name that a comment is shown with. */
export function commenter({ author, authorDisplayName }: Comment): string {
  return authorDisplayName ?? author.displayName;
}

function commentRow(comment: Comment, thread: Thread, request: PullRequest, { repository }: RowContext): Row {
  const name = plain(commenter(comment));
  return {
    repo_name: repository,
    merge_request_id: String(request.pullRequestId),
    thread_id: String(thread.id),
    note_id: String(comment.id),
    parent_id: String(comment.parentId ?? comment.parentCommentId ?? unknown),
    author: name,
    author_username: comment.authorDisplayName == null ? usernameOf(comment.author) : name,
    comment: plain(comment.content),
  };
}

/** Row of `merge_request_note`. */
export function noteRow(comment: Comment, thread: Thread, request: PullRequest, context: RowContext): Row {
  return {
    ...commentRow(comment, thread, request, context),
    created_at: local(comment.publishedDate, context),
    updated_at: local(comment.lastUpdatedDate, context),
  };
}

/** The file that a thread is about; undefined where it is about the pull request as a whole. */
export function pathOf({ properties, threadContext }: Thread): string | undefined {
  return properties?.path ?? threadContext?.filePath ?? undefined;
}

/** Row of `commit_comment`. */
export function fileCommentRow(
  comment: Comment,
  thread: Thread & { readonly path: string },
  request: PullRequest,
  context: RowContext,
): Row {
  return {
    ...commentRow(comment, thread, request, context),
    created_date: local(comment.publishedDate, context),
    updated_date: local(comment.lastUpdatedDate, context),
    file: plain(thread.path),
    ...positionOf(thread),
    commit_id: thread.properties?.commit ?? request.lastMergeSourceCommit?.commitId ?? unknown,
  };
}

function positionOf({ properties, threadContext }: Thread): Row {
  if (properties?.path !== undefined) {
    const { side, start = unknown, end = unknown } = properties;
    if (side === undefined) return { line: start, end_line: end, line_type: unknown };
    return { line: start, end_line: end, line_type: side === 'LeftBuffer' ? 'old' : 'new' };
  }
  const { leftFileStart, leftFileEnd, rightFileStart, rightFileEnd } = threadContext ?? {};
  const isLeft = leftFileStart != null;
  const start = leftFileStart ?? rightFileStart;
  const end = isLeft ? leftFileEnd : rightFileEnd;
  if (start == null) return { line: unknown, end_line: unknown, line_type: unknown };
  return { line: String(start.line), end_line: String(end?.line ?? unknown), line_type: isLeft ? 'old' : 'new' };
}
