import { z } from 'zod';
import { moment, optionalText } from '../answers.js';

/** Undefined for an account that is gone. */
const person = z.object({ name: z.string(), username: z.string() }).nullish();
export type Person = z.output<typeof person>;

/** https://docs.gitlab.com/api/projects/ */
export const projectSchema = z.object({
  id: z.int(),
  name: z.string(),
  description: optionalText,
  created_at: moment,
  last_activity_at: moment,
  default_branch: optionalText,
  archived: z.boolean().nullish(),
  avatar_url: optionalText,
  star_count: z.int().nullish(),
  /** False where merge requests are switched off. */
  merge_requests_enabled: z.boolean().nullish(),
});
export type GitLabProject = z.output<typeof projectSchema>;

/** https://docs.gitlab.com/api/groups/#list-projects */
export const groupProjectSchema = z.object({ id: z.int(), name: z.string(), http_url_to_repo: z.string() });
export type GroupProject = z.output<typeof groupProjectSchema>;

export const commitSchema = z.object({ id: z.string() });

export const versionSchema = z.object({ version: z.string() });

/** https://docs.gitlab.com/api/merge_requests/ */
export const mergeRequestSchema = z.object({
  id: z.int(),
  iid: z.int(),
  title: optionalText,
  description: optionalText,
  state: z.string(),
  source_branch: z.string(),
  target_branch: z.string(),
  author: person,
  assignee: person,
  upvotes: z.int(),
  downvotes: z.int(),
  created_at: moment,
  updated_at: moment,
});
export type MergeRequest = z.output<typeof mergeRequestSchema>;

/** https://docs.gitlab.com/api/notes/ */
export const noteSchema = z.object({ id: z.int(), body: optionalText, author: person, created_at: moment });
export type Note = z.output<typeof noteSchema>;

const commitName = z
  .string()
  .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
  .nullish();

const pushDataSchema = z.object({
  ref_type: z.string(),
  ref: optionalText,
  commit_count: z.int(),
  commit_from: commitName,
  commit_to: commitName,
});
export type PushData = z.output<typeof pushDataSchema>;

/** What GitLab before 9.6 has in place of `push_data`: the payload of its system hook. */
const legacyPushSchema = z.object({
  object_kind: z.string().exactOptional(),
  ref: optionalText,
  before: commitName,
  after: commitName,
  user_name: z.string().nullish(),
  user_email: z.string().nullish(),
  commits: z.unknown().optional(),
});
export type LegacyPush = z.output<typeof legacyPushSchema>;

export const legacyCommitsSchema = z.array(z.object({ id: z.string() }));

/** https://docs.gitlab.com/api/events/ */
export const eventSchema = z.object({
  id: z.int().nullish(),
  action_name: z.string(),
  created_at: moment,
  author: person,
  author_username: optionalText,
  push_data: pushDataSchema.nullish(),
  data: legacyPushSchema.nullish(),
});
export type GitLabEvent = z.output<typeof eventSchema>;

/** https://docs.gitlab.com/api/user_keys/ */
export const userKeySchema = z.object({ id: z.int(), title: z.string(), key: z.string() });
