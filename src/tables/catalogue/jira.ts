import { z } from 'zod';
import { defineTable, defineTracker } from './define.js';
import {
  date,
  decimal,
  developer,
  email,
  flag,
  issueKey,
  moment,
  number,
  orUnknown,
  projectKey,
  text,
  yesNo,
} from './fields.js';

// Which fields these tables have, of what type, and which of them are encrypted is up to the field mapping. What
// stands here is what the mapping that is shipped exports; only what every mapping exports is required.

/** A table of things that have a number and a name. */
function named(name: string, description: string, hasDescription: boolean) {
  return defineTable({
    name,
    description,
    required: { id: number, name: text(100) },
    optional: hasDescription ? { description: text(500) } : {},
    key: ['id'],
    freeText: hasDescription ? ['description'] : [],
  });
}

export const issue = defineTable({
  name: 'issue',
  file: 'data.json',
  description: 'An issue as it was after one of its changes.',
  required: { issue_id: number, changelog_id: number, key: issueKey, title: text(), attachment: number },
  optional: {
    issuetype: text(100),
    priority: number,
    resolution: text(100),
    fixVersions: number,
    versions: number,
    bugfix: text(100),
    approved: text(100),
    approved_by_po: text(100),
    watchers: number,
    created: moment,
    updated: moment,
    description: text(),
    duedate: orUnknown(date),
    project: projectKey,
    status: number,
    reporter: developer,
    assignee: developer,
    additional_information: text(),
    review_comments: text(),
    storypoint: decimal,
    resolution_date: moment,
    sprint: number,
    updated_by: developer,
    rank_change: z.enum(['-1', '0', '1']),
    environment: text(),
    epic: orUnknown(issueKey),
    flagged: flag,
    ready_status: number,
    ready_status_reason: text(),
    labels: number,
    external_project: projectKey,
    expected_ltcs: number,
    expected_phtcs: number,
    test_given: text(),
    test_when: text(),
    test_then: text(),
    test_execution: number,
    test_execution_time: number,
    encryption: flag,
  },
  encrypt: ['reporter', 'assignee', 'updated_by'],
  freeText: [
    'title',
    'description',
    'additional_information',
    'review_comments',
    'environment',
    'ready_status_reason',
    'test_given',
    'test_when',
    'test_then',
  ],
});

export const jiraDeveloper = defineTable({
  name: 'developer',
  description: 'A user of Jira.',
  required: { display_name: text(100) },
  optional: { name: developer, email },
  key: ['name'],
  encrypt: ['name', 'display_name', 'email'],
});

export const comments = defineTable({
  name: 'comments',
  description: 'A comment on an issue.',
  required: { id: number, issue_id: number },
  optional: { comment: text(), author: developer, created_at: moment, updater: developer, updated_at: moment },
  key: ['id'],
  encrypt: ['author', 'updater'],
  freeText: ['comment'],
});

export const jiraSprint = defineTable({
  name: 'sprint',
  description: 'A sprint of a board.',
  required: { id: number, name: text(500) },
  optional: {
    start_date: orUnknown(moment),
    end_date: orUnknown(moment),
    complete_date: orUnknown(moment),
    goal: text(500),
    board_id: number,
  },
  key: ['id'],
  freeText: ['goal'],
});

export const component = defineTable({
  name: 'component',
  description: 'A component of a project.',
  required: { id: number, name: text(100), description: text(500) },
  key: ['id'],
  freeText: ['description'],
});

export const issueType = named('issuetype', 'A type of issue.', true);
export const priority = named('priority', 'A priority of issues.', false);
export const readyStatus = named('ready_status', 'How ready an issue is to be worked on.', false);
export const resolution = named('resolution', 'A way in which issues end.', true);

export const relationshipType = defineTable({
  name: 'relationshiptype',
  description: 'A type of link between issues.',
  required: { id: number, name: text(100) },
  optional: { inward: text(), outward: text() },
  key: ['id'],
});

export const status = defineTable({
  name: 'status',
  description: 'A status of issues.',
  required: { id: number, name: text(100) },
  optional: { description: text(500), statusCategory: z.int().min(0) },
  key: ['id'],
  freeText: ['description'],
});

export const statusCategory = defineTable({
  name: 'status_category',
  description: 'A group of statuses.',
  required: { id: z.int().min(0), key: text(32), name: text(100), color: text(32) },
  key: ['id'],
});

export const testExecution = defineTable({
  name: 'test_execution',
  description: 'A way in which a test is run.',
  required: { id: number, value: text(100) },
  key: ['id'],
});

export const fixVersion = defineTable({
  name: 'fixVersion',
  description: 'A release of a project.',
  required: {
    id: number,
    name: text(100),
    description: text(500),
    start_date: orUnknown(date),
    release_date: orUnknown(date),
    released: yesNo,
  },
  key: ['id'],
  freeText: ['description'],
});

export const issueComponent = defineTable({
  name: 'issue_component',
  description: 'A component of an issue, and since when and until when it was.',
  required: { issue_id: number, component_id: number, start_date: orUnknown(moment), end_date: orUnknown(moment) },
  key: ['issue_id', 'component_id'],
});

export const issueLinks = defineTable({
  name: 'issuelinks',
  description: 'A link between two issues, and since when and until when it was.',
  required: {
    from_key: issueKey,
    to_key: issueKey,
    relationshiptype: number,
    outward: yesNo,
    start_date: orUnknown(moment),
    end_date: orUnknown(moment),
  },
  key: ['from_key', 'to_key', 'relationshiptype', 'outward'],
});

export const subtasks = defineTable({
  name: 'subtasks',
  description: 'An issue that is part of another one.',
  required: { from_id: number, to_id: number },
  key: ['from_id', 'to_id'],
});

export const jiraUpdated = defineTracker(
  'jira-updated.txt',
  z
    .string()
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\s*$/)
    .describe('The local time, to the minute, of the last search.'),
);
