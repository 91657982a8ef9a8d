import { z } from 'zod';
import { moment, optionalText } from '../answers.js';

export const identitySchema = z.object({
  displayName: z.string(),
  uniqueName: optionalText,
  /** Whether it is a group; older servers do not say. */
  isContainer: z.boolean().nullish(),
});
export type Identity = z.output<typeof identitySchema>;

/** Lists come with the number of their items. */
export const listSchema = z.object({ value: z.array(z.unknown()) });

/** https://learn.microsoft.com/rest/api/azure/devops/git/repositories */
export const repositorySchema = z.object({
  id: z.string(),
  name: z.string(),
  remoteUrl: z.string(),
  project: z.object({ id: z.string(), name: z.string() }),
  isDisabled: z.boolean().nullish(),
});
export type AzureRepository = z.output<typeof repositorySchema>;

const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const refUpdateSchema = z.object({ name: optionalText, oldObjectId: objectId, newObjectId: objectId });
export type RefUpdate = z.output<typeof refUpdateSchema>;

/** https://learn.microsoft.com/rest/api/azure/devops/git/pushes */
export const pushSchema = z.object({
  pushId: z.int(),
  date: moment,
  pushedBy: identitySchema,
  /** TFS 2013 does not tell. */
  refUpdates: z.array(refUpdateSchema).nullish(),
});
export type Push = z.output<typeof pushSchema>;

export const pushDetailsSchema = z.object({ commits: z.array(z.object({ commitId: objectId })).nullish() });

export const reviewerSchema = identitySchema.extend({ vote: z.int() });
export type Reviewer = z.output<typeof reviewerSchema>;

const reviewers = z.array(z.unknown()).nullish();
export const reviewedSchema = z.object({ reviewers });

/** https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests */
export const pullRequestSchema = z.object({
  pullRequestId: z.int(),
  status: z.string(),
  createdBy: identitySchema,
  creationDate: moment,
  closedDate: moment.nullish(),
  title: optionalText,
  description: optionalText,
  sourceRefName: z.string(),
  targetRefName: z.string(),
  reviewers,
  _links: z.unknown().optional(),
  lastMergeSourceCommit: z.object({ commitId: objectId }).nullish().catch(undefined),
});
export type PullRequest = z.output<typeof pullRequestSchema>;

const property = z
  .object({ $value: z.union([z.string(), z.number()]) })
  .nullish()
  .catch(undefined);

const linePosition = z.object({ line: z.int() }).nullish().catch(undefined);

/** Where in a file a thread is; what older servers have among its properties. */
const threadContextSchema = z.object({
  filePath: optionalText,
  leftFileStart: linePosition,
  leftFileEnd: linePosition,
  rightFileStart: linePosition,
  rightFileEnd: linePosition,
});

const discussion = 'Microsoft.TeamFoundation.Discussion';
const propertiesSchema = z.record(z.string(), property).transform((properties) => {
  const value = (name: string): string | undefined => {
    const found = properties[name]?.$value;
    return found === undefined ? undefined : String(found);
  };
  return {
    path: value(`${discussion}.ItemPath`),
    side: value(`${discussion}.Position.PositionContext`),
    start: value(`${discussion}.Position.StartLine`),
    end: value(`${discussion}.Position.EndLine`),
    commit: value('CodeReviewTargetCommit'),
  };
});

/** https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads */
export const threadSchema = z.object({
  id: z.int(),
  isDeleted: z.boolean().nullish(),
  properties: propertiesSchema.nullish(),
  threadContext: threadContextSchema.nullish().catch(undefined),
  comments: z.array(z.unknown()).nullish(),
});
export type Thread = z.output<typeof threadSchema>;

export const commentSchema = z.object({
  id: z.int(),
  parentId: z.int().nullish(),
  parentCommentId: z.int().nullish(),
  author: identitySchema,
  authorDisplayName: optionalText,
  content: optionalText,
  publishedDate: moment,
  lastUpdatedDate: moment,
  isDeleted: z.boolean().nullish(),
});
export type Comment = z.output<typeof commentSchema>;

/** Of what a resource has; TFS 2013 has not released its pull requests. */
export const resourceOptionsSchema = z.object({ value: z.array(z.object({ releasedVersion: z.string() })) });

/** https://learn.microsoft.com/rest/api/azure/devops/core/teams */
export const teamSchema = z.object({ id: z.string(), name: z.string(), description: optionalText });
export type Team = z.output<typeof teamSchema>;

/** Newer versions tell of the member who administers the team, and so have the account one level below. */
export const memberSchema = z
  .union([z.object({ identity: identitySchema }), identitySchema])
  .transform((member): Identity => ('identity' in member ? member.identity : member));

/** https://learn.microsoft.com/rest/api/azure/devops/work/iterations */
export const iterationSchema = z.object({
  id: z.string(),
  name: z.string(),
  attributes: z.object({ startDate: moment.nullish(), finishDate: moment.nullish() }).nullish(),
});
export type Iteration = z.output<typeof iterationSchema>;

/** https://learn.microsoft.com/rest/api/azure/devops/wit/reporting-work-item-revisions */
export const revisionSchema = z.object({ id: z.int(), rev: z.int(), fields: z.record(z.string(), z.unknown()) });
export type Revision = z.output<typeof revisionSchema>;

export const batchSchema = z.object({
  values: z.unknown(),
  isLastBatch: z.boolean().nullish(),
  nextLink: optionalText,
  continuationToken: z.union([z.string(), z.number()]).nullish(),
});

export const projectSchema = z.object({ id: z.string(), name: z.string(), description: optionalText });
export type Project = z.output<typeof projectSchema>;
