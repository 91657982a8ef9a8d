import { z } from 'zod';
import { defineTable, defineTracker } from './define.js';
import { developer, email, moment, number, orUnknown, personName, repositoryName, text, version } from './fields.js';

export const vcsVersions = defineTable({
  name: 'vcs_versions',
  description: 'A commit of a Git repository or a revision of a Subversion repository.',
  required: {
    repo_name: repositoryName,
    version_id: version,
    sprint_id: number,
    message: text(),
    type: z.enum(['commit', 'revert', 'merge']),
    developer: personName,
    developer_email: email,
    commit_date: orUnknown(moment),
  },
  optional: {
    developer_username: developer,
    author_date: orUnknown(moment),
    branch: text(255),
    insertions: number,
    deletions: number,
    number_of_files: number,
    number_of_lines: number,
    size: number,
  },
  together: { field: 'size', needs: ['insertions', 'deletions', 'number_of_files', 'number_of_lines'] },
  encrypt: ['developer', 'developer_username', 'developer_email'],
  freeText: ['message'],
});

export const changePath = defineTable({
  name: 'change_path',
  description: 'A path that a version changed.',
  required: {
    repo_name: repositoryName,
    version_id: version,
    file: text(1000),
    change_type: z.enum(['M', 'A', 'D', 'R', 'T']),
    insertions: number,
    deletions: number,
  },
  optional: { size: number },
});

export const tag = defineTable({
  name: 'tag',
  description: 'A tag of a repository.',
  required: {
    repo_name: repositoryName,
    tag_name: text(100),
    version_id: version,
    message: text(),
    tagged_date: orUnknown(moment),
    tagger: developer,
    tagger_email: email,
  },
  key: ['tag_name'],
  encrypt: ['tagger', 'tagger_email'],
  freeText: ['message'],
});

export const vcsEvent = defineTable({
  name: 'vcs_event',
  description: 'A push to a repository, or the deletion of a branch or tag.',
  required: {
    repo_name: repositoryName,
    version_id: version,
    action: text(20),
    kind: text(20),
    ref: text(100),
    user: personName,
    date: moment,
  },
  optional: { username: developer, email },
  encrypt: ['user', 'username', 'email'],
});

export const latestVcsVersions = defineTracker(
  'latest_vcs_versions.json',
  z
    .record(z.string(), z.union([version, z.int().min(0)]))
    .describe('The newest version that was exported, by repository. Subversion has numbers.'),
);
