import { z } from 'zod';
import { defineTable, defineTracker } from './define.js';
import {
  developer,
  flag,
  integer,
  moment,
  number,
  orUnknown,
  personName,
  repositoryName,
  text,
  version,
} from './fields.js';
import { trackedMoments } from './trackers.js';

export const mergeRequest = defineTable({
  name: 'merge_request',
  description: 'A merge request of GitLab, or a pull request of GitHub, Azure DevOps or TFS.',
  required: {
    repo_name: repositoryName,
    id: number,
    title: text(),
    description: text(),
    status: text(),
    source_branch: text(255),
    target_branch: text(255),
    author: personName,
    assignee: personName,
    upvotes: number,
    downvotes: number,
    created_at: moment,
    updated_at: moment,
  },
  optional: { author_username: developer, assignee_username: developer },
  key: ['id'],
  encrypt: ['author', 'author_username', 'assignee', 'assignee_username'],
  freeText: ['title', 'description'],
});

export const mergeRequestNote = defineTable({
  name: 'merge_request_note',
  description: 'A comment on a merge request.',
  required: {
    repo_name: repositoryName,
    merge_request_id: number,
    thread_id: number,
    note_id: number,
    parent_id: number,
    author: personName,
    comment: text(),
    created_at: moment,
  },
  optional: { author_username: developer, updated_at: moment },
  key: ['merge_request_id', 'note_id'],
  encrypt: ['author', 'author_username'],
  freeText: ['comment'],
});

export const mergeRequestReview = defineTable({
  name: 'merge_request_review',
  description: 'The vote of a reviewer on a merge request.',
  required: { repo_name: repositoryName, merge_request_id: number, reviewer: personName, vote: integer },
  optional: { reviewer_username: developer },
  key: ['merge_request_id', 'reviewer'],
  encrypt: ['reviewer', 'reviewer_username'],
});

export const commitComment = defineTable({
  name: 'commit_comment',
  description: 'A comment on a line or file of a commit.',
  required: {
    repo_name: repositoryName,
    commit_id: version,
    merge_request_id: number,
    thread_id: number,
    note_id: number,
    parent_id: number,
    author: personName,
    comment: text(),
    file: text(1000),
    line: number,
    line_type: z.enum(['old', 'new', 'context', '0']),
  },
  optional: { author_username: developer, end_line: number, created_date: moment, updated_date: moment },
  encrypt: ['author', 'author_username'],
  freeText: ['comment'],
});

export const gitlabRepository = defineTable({
  name: 'gitlab_repo',
  description: 'A repository of a GitLab server.',
  required: {
    repo_name: repositoryName,
    gitlab_id: number,
    description: text(),
    create_time: moment,
    archived: flag,
    has_avatar: flag,
    star_count: number,
  },
  key: ['gitlab_id'],
  freeText: ['description'],
});

export const githubRepository = defineTable({
  name: 'github_repo',
  description: 'A repository of GitHub.',
  required: {
    repo_name: repositoryName,
    github_id: number,
    description: text(),
    create_time: moment,
    private: flag,
    forked: flag,
    star_count: number,
    watch_count: number,
  },
  key: ['github_id'],
  freeText: ['description'],
});

export const githubIssue = defineTable({
  name: 'github_issue',
  description: 'An issue of GitHub.',
  required: {
    repo_name: repositoryName,
    id: number,
    title: text(),
    description: text(),
    status: text(100),
    author: developer,
    assignee: developer,
    created_at: moment,
    updated_at: moment,
    pull_request_id: number,
    labels: number,
    closed_at: orUnknown(moment),
    closed_by: developer,
  },
  optional: { author_username: text(), assignee_username: text() },
  key: ['id'],
  encrypt: ['author', 'author_username', 'assignee', 'assignee_username', 'closed_by'],
  freeText: ['title', 'description'],
});

export const githubIssueNote = defineTable({
  name: 'github_issue_note',
  description: 'A comment on an issue of GitHub.',
  required: {
    repo_name: repositoryName,
    note_id: number,
    author: developer,
    comment: text(),
    created_at: moment,
    updated_at: moment,
    issue_id: number,
  },
  optional: { author_username: text() },
  key: ['issue_id', 'note_id'],
  encrypt: ['author', 'author_username'],
  freeText: ['comment'],
});

export const gitlabUpdate = defineTracker('gitlab_update.json', trackedMoments);
export const githubUpdate = defineTracker('github_update.json', trackedMoments);
