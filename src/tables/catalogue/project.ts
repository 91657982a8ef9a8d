import { z } from 'zod';
import { defineDocument, defineTable } from './define.js';
import { text, url } from './fields.js';
import { SOURCE_TYPES, sourceFields } from './source-entry.js';

const ENVIRONMENT_TYPES = SOURCE_TYPES.filter(
  (type) => type !== 'tfvc' && type !== 'history' && type !== 'compact-history',
);

export const sources = defineTable({
  name: 'sources',
  description: 'An upstream system of the project.',
  required: sourceFields,
  optional: { github_team: text() },
});

export const sourceIds = defineTable({
  name: 'source_ids',
  description: 'The name that an upstream system has for a part of the project.',
  required: { domain_name: text(100), source_id: text() },
  optional: { url, source_type: z.enum(SOURCE_TYPES), domain_type: text(32) },
});

export const environments = defineTable({
  name: 'environments',
  description: 'The place of sources in an upstream system, such as a group of repositories.',
  required: {
    type: z.enum(ENVIRONMENT_TYPES),
    environment: z.union([text(500), z.array(z.union([z.string(), z.null()]))]),
  },
  optional: { url: z.union([url, z.null()]), version: text(32) },
});

const nullable = z.union([text(100), z.null()]).exactOptional();

export const projectMetadata = defineDocument(
  'data_project.json',
  z
    .object({
      jira_key: z.string().exactOptional(),
      jira_name: text(100).exactOptional(),
      github_team: nullable,
      gitlab_group_name: nullable,
      tfs_collection: z.union([z.string(), z.null()]).exactOptional(),
      quality_name: nullable,
      quality_display_name: nullable,
      main_project: nullable,
      is_support_team: z.boolean().exactOptional(),
    })
    .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .describe('What upstream systems say about the project.'),
);
