import { z } from 'zod';
import { defineTable, defineTracker } from './define.js';
import { decimal, moment, number, orUnknown, repositoryName, text } from './fields.js';
import { trackedMoments } from './trackers.js';

export const tfsTeam = defineTable({
  name: 'tfs_team',
  description: 'A team of Azure DevOps or TFS.',
  required: { repo_name: repositoryName, team_name: text(100) },
  optional: { description: text(500) },
  key: ['repo_name', 'team_name'],
  freeText: ['description'],
});

export const tfsTeamMember = defineTable({
  name: 'tfs_team_member',
  description: 'A member of a team of Azure DevOps or TFS.',
  required: { repo_name: repositoryName, team_name: text(100), user: text(100), username: text(100) },
  key: ['repo_name', 'team_name', 'user'],
  encrypt: ['user', 'username'],
});

export const tfsSprint = defineTable({
  name: 'tfs_sprint',
  description: 'An iteration of a team of Azure DevOps or TFS.',
  required: { repo_name: repositoryName, team_name: text(100), sprint_name: text(100) },
  optional: { start_date: orUnknown(moment), end_date: orUnknown(moment) },
  key: ['repo_name', 'team_name', 'sprint_name'],
});

export const tfsDeveloper = defineTable({
  name: 'tfs_developer',
  description: 'A person who is named in a work item.',
  required: { display_name: text(100) },
  optional: { email: text(100) },
  key: ['display_name'],
  encrypt: ['display_name', 'email'],
});

export const tfsWorkItem = defineTable({
  name: 'tfs_work_item',
  description: 'A work item as it was after one of its changes.',
  required: { issue_id: number, changelog_id: number, title: text(), attachments: number },
  optional: {
    status: text(64),
    issuetype: text(64),
    created_date: moment,
    reporter: text(100),
    assignee: text(100),
    updated: moment,
    updated_by: text(100),
    description: text(),
    labels: number,
    project_name: text(100),
    team_name: text(100),
    sprint_name: text(100),
    priority: number,
    rank_change: z.string().regex(/^[0-9]{1,10}$/),
    additional_information: text(),
    severity: text(),
    impact: number,
    business_value: number,
    duedate: moment,
    story_points: decimal,
    topdesk_number: text(),
    use_case: text(),
  },
  key: ['issue_id', 'changelog_id'],
  encrypt: ['reporter', 'assignee', 'updated_by'],
  freeText: ['title', 'description', 'additional_information', 'use_case'],
});

export const tfsUpdate = defineTracker('tfs_update.json', trackedMoments);
