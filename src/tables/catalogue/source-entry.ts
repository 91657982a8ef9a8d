import { z } from 'zod';
import { repositoryName, url } from './fields.js';

export const SOURCE_TYPES = [
  'controller',
  'git',
  'github',
  'gitlab',
  'subversion',
  'tfs',
  'tfvc',
  'history',
  'compact-history',
  'metric_history',
  'metric_options',
  'quality-time',
  'sonar',
  'jenkins',
  'jira',
] as const;

export const sourceFields = { type: z.enum(SOURCE_TYPES), name: repositoryName, url };

/** A source as trackers hold it. */
export const sourceEntry = z
  .object({ ...sourceFields, github_team: z.string().exactOptional() })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]));
