import { HttpError } from '../../http/errors.js';
import type { StepContext } from '../step-source.js';
import type { JiraClient } from './client.js';
import { allItems } from './pages.js';
import { commentsSchema, type Issue } from './schema.js';

/** What completes issues whose lists a search has cut. */
export interface CompletionContext extends Pick<StepContext, 'onIncomplete'> {
  readonly client: JiraClient;
  readonly wantsComments: boolean;
}

/** An issue with all entries of its changelog and all comments: searches on the Cloud give the first ones only. */
export async function completeIssue(issue: Issue, context: CompletionContext): Promise<Issue> {
  const changelog = completeChangelog(issue, context);
  const comments = context.wantsComments ? completeComments(issue, context) : undefined;
  const [histories, ofIssue] = await Promise.all([changelog, comments]);
  return {
    ...issue,
    ...(histories === undefined ? {} : { changelog: { histories } }),
    ...(ofIssue === undefined ? {} : { fields: { ...issue.fields, comment: { comments: ofIssue } } }),
  };
}

/** @returns undefined where the issue has all of them */
async function completeChangelog(
  { id, key, changelog }: Issue,
  { client, onIncomplete }: CompletionContext,
): Promise<unknown[] | undefined> {
  const known = changelog?.histories ?? [];
  if ((changelog?.total ?? 0) <= known.length) return undefined;
  return unlessGone(allItems(client.changelog(id)), onIncomplete, `the changelog of ${key} is not whole`);
}

async function completeComments(
  { id, key, fields }: Issue,
  { client, onIncomplete }: CompletionContext,
): Promise<unknown[] | undefined> {
  const { data } = commentsSchema.safeParse(fields['comment']);
  if (data === undefined || (data.total ?? 0) <= data.comments.length) return undefined;
  const more = allItems(client.comments(id, data.comments.length));
  const found = await unlessGone(more, onIncomplete, `comments on ${key} are missing`);
  return found === undefined ? undefined : [...data.comments, ...found];
}

/** An issue may be gone by the time that the rest of it is asked for, and not every server has such lists. */
async function unlessGone<T>(
  answer: Promise<T>,
  onIncomplete: (reason: string) => void,
  what: string,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof HttpError) || (error.status !== 403 && error.status !== 404)) throw error;
    onIncomplete(`${what}: ${error.message}`);
    return undefined;
  }
}
