import { z } from 'zod';
import { moment, optionalText } from '../answers.js';

/** Numbers of issues and pull requests, which count up together; larger ones would cost memory and exist nowhere. */
const itemNumber = z.int().min(1).max(100_000_000);

/** The number that the address of a resource ends with. */
const numberOf = (resource: string) =>
  z.string().transform((url, context) => {
    const { data } = itemNumber.safeParse(Number(url.split('/').at(-1)));
    if (data !== undefined) return data;
    context.addIssue({ code: 'custom', message: `is not the address of ${resource}` });
    return z.NEVER;
  });

/** Null for an account that is gone. */
const user = z.object({ login: z.string(), type: optionalText }).nullish();
export type User = z.output<typeof user>;

/** https://docs.github.com/rest/repos/repos#get-a-repository */
export const repositorySchema = z.object({
  id: z.int(),
  /** `owner/name`, as they are now: the repository may have been renamed. */
  full_name: z.string().regex(/^[^/]+\/[^/]+$/),
  description: optionalText,
  private: z.boolean(),
  fork: z.boolean(),
  created_at: moment,
  updated_at: moment,
  stargazers_count: z.int().nullish(),
  watchers_count: z.int().nullish(),
  default_branch: optionalText,
  /** False where they are switched off. */
  has_issues: z.boolean().nullish(),
  has_pull_requests: z.boolean().nullish(),
});
export type GitHubRepository = z.output<typeof repositorySchema>;

/** https://docs.github.com/rest/branches/branches#get-a-branch */
export const branchSchema = z.object({ commit: z.object({ sha: z.string() }) });

const itemFields = {
  number: itemNumber,
  title: optionalText,
  body: optionalText,
  state: z.string(),
  user,
  assignee: user,
  created_at: moment,
  updated_at: moment.nullish(),
};
const itemSchema = z.object(itemFields);
/** What issues and pull requests have in common. */
export type Item = z.output<typeof itemSchema>;

/** https://docs.github.com/rest/pulls/pulls#list-pull-requests */
export const pullSchema = z.object({
  ...itemFields,
  merged_at: optionalText,
  head: z.object({ ref: z.string() }),
  base: z.object({ ref: z.string() }),
});
export type Pull = z.output<typeof pullSchema>;

/** https://docs.github.com/rest/pulls/reviews */
export const reviewSchema = z.object({ id: z.int(), user, state: z.string() });
export type Review = z.output<typeof reviewSchema>;

/** https://docs.github.com/rest/issues/issues; pull requests are among them. */
export const issueSchema = z.object({
  ...itemFields,
  labels: z.array(z.unknown()).nullish(),
  closed_at: moment.nullish(),
  /** Absent where lists do not tell it. */
  closed_by: user,
  /** Only of a pull request. */
  pull_request: z.object({}).nullish(),
});
export type Issue = z.output<typeof issueSchema>;

export const closedBySchema = z.object({ closed_by: user });

const commentFields = {
  id: z.int(),
  user,
  body: optionalText,
  created_at: moment,
  updated_at: moment.nullish(),
};
const commentSchema = z.object(commentFields);
/** What all comments have in common. */
export type Comment = z.output<typeof commentSchema>;

/** https://docs.github.com/rest/issues/comments, on pull requests too */
export const issueCommentSchema = z
  .object({ ...commentFields, issue_url: numberOf('an issue') })
  .transform(({ issue_url: issue, ...comment }) => ({ ...comment, issue }));
export type IssueComment = z.output<typeof issueCommentSchema>;

/** https://docs.github.com/rest/pulls/comments */
export const reviewCommentSchema = z
  .object({
    ...commentFields,
    pull_request_url: numberOf('a pull request'),
    path: optionalText,
    commit_id: optionalText,
    diff_hunk: optionalText,
    position: z.int().nullish(),
  })
  .transform(({ pull_request_url: pull, ...comment }) => ({ ...comment, pull }));
export type ReviewComment = z.output<typeof reviewCommentSchema>;

/** https://docs.github.com/rest/commits/comments */
export const commitCommentSchema = z.object({
  ...commentFields,
  path: optionalText,
  commit_id: optionalText,
  line: z.int().nullish(),
});
export type CommitComment = z.output<typeof commitCommentSchema>;

/** https://docs.github.com/rest/users/users#get-a-user */
export const ownerSchema = z.object({ type: optionalText });

/** https://docs.github.com/rest/repos/repos */
export const listedRepositorySchema = z.object({ name: z.string(), clone_url: z.string() });
export type ListedRepository = z.output<typeof listedRepositorySchema>;

/** https://docs.github.com/rest/users/keys */
export const keySchema = z.object({ id: z.int(), title: optionalText, key: z.string() });
