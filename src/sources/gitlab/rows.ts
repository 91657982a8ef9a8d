import type { Row } from '../../tables/row.js';
import { local, plain, type RowContext, unknown } from '../answers.js';
import type { LegacyPush, Person, PushData } from './schema.js';
import { type GitLabEvent, type GitLabProject, legacyCommitsSchema, type MergeRequest, type Note } from './schema.js';

function people(field: string, person: Person): Row {
  return { [field]: plain(person?.name, unknown), [`${field}_username`]: plain(person?.username, unknown) };
}

/** Row of `gitlab_repo`. */
export function projectRow(project: GitLabProject, context: RowContext): Row {
  return {
    repo_name: context.repository,
    gitlab_id: String(project.id),
    description: plain(project.description, unknown),
    create_time: local(project.created_at, context),
    archived: project.archived === true ? '1' : '0',
    has_avatar: project.avatar_url == null ? '0' : '1',
    star_count: String(project.star_count ?? 0),
  };
}

/** Row of `merge_request`. */
export function mergeRequestRow(request: MergeRequest, context: RowContext): Row {
  return {
    repo_name: context.repository,
    id: String(request.id),
    title: plain(request.title),
    description: plain(request.description),
    status: request.state,
    source_branch: request.source_branch,
    target_branch: request.target_branch,
    ...people('author', request.author),
    ...people('assignee', request.assignee),
    upvotes: String(request.upvotes),
    downvotes: String(request.downvotes),
    created_at: local(request.created_at, context),
    updated_at: local(request.updated_at, context),
  };
}

/** Row of `merge_request_note`. */
export function noteRow(note: Note, request: MergeRequest, context: RowContext): Row {
  return {
    repo_name: context.repository,
    merge_request_id: String(request.id),
    thread_id: unknown,
    note_id: String(note.id),
    parent_id: unknown,
    ...people('author', note.author),
    comment: plain(note.body),
    created_at: local(note.created_at, context),
  };
}

/** The commits of a push: named one by one, or the ends of a range that the clone knows. */
export type PushedCommits = readonly string[] | { readonly from: string; readonly to: string };

/** What the rows of `vcs_event` of one push have in common, and the commits that each get one. */
export interface Push {
  readonly row: Row;
  readonly commits: PushedCommits;
}

const pushActions: readonly string[] = ['pushed to', 'pushed new', 'deleted'];

/** @returns undefined where an event is no push */
export function readPush(event: GitLabEvent, context: RowContext): Push | undefined {
  if (!pushActions.includes(event.action_name)) return undefined;
  const username = plain(event.author_username, unknown);
  const row = {
    repo_name: context.repository,
    action: event.action_name,
    user: username,
    username,
    email: unknown,
    date: local(event.created_at, context),
  };
  if (event.data != null) return legacyPush(event, event.data, row);
  return event.push_data == null ? undefined : push(event, event.push_data, row);
}

function push(event: GitLabEvent, data: PushData, common: Row): Push {
  const user = plain(event.author?.name, unknown);
  const row = { ...common, kind: data.ref_type, ref: plain(data.ref), user };
  return { row, commits: pushedCommits(data) };
}

function pushedCommits({
  commit_from: from,
  commit_to: to,
  ref_type: kind,
  commit_count: count,
}: PushData): PushedCommits {
  if (from == null || to == null) return [from ?? to].filter((commit) => commit != null);
  return kind === 'tag' || count === 1 ? [to] : { from, to };
}

function legacyPush(event: GitLabEvent, data: LegacyPush, common: Row): Push {
  const kind = data.object_kind ?? 'push';
  const row = {
    ...common,
    kind,
    ref: plain(data.ref),
    ...(data.user_name == null ? {} : { user: plain(data.user_name) }),
    ...(data.user_email == null ? {} : { email: plain(data.user_email) }),
  };
  if (kind === 'tag_push') return { row, commits: named(event.action_name === 'deleted' ? data.before : data.after) };
  if (data.after?.startsWith('00000000')) return { row: { ...row, action: 'deleted' }, commits: named(data.before) };
  const commits = legacyCommitsSchema.safeParse(data.commits);
  return { row, commits: commits.success ? commits.data.map(({ id }) => id) : [] };
}

function named(commit: string | null | undefined): readonly string[] {
  return commit == null ? [] : [commit];
}
