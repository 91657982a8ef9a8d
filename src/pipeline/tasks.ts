import type { Logger } from '../log/logger.js';
import { documents, tables } from '../tables/index.js';

/** Tasks of the original importer, with the files that each imports. */
const filesOfTasks: ReadonlyMap<string, readonly string[]> = new Map([
  ['issue', ['data.json']],
  ['issuetype', ['data_issuetype.json']],
  ['status', ['data_status.json']],
  ['status_category', ['data_status_category.json']],
  ['resolution', ['data_resolution.json']],
  ['priority', ['data_priority.json']],
  ['fixVersion', ['data_fixVersion.json']],
  ['ready_status', ['data_ready_status.json']],
  ['test_execution', ['data_test_execution.json']],
  ['relationshiptype', ['data_relationshiptype.json']],
  ['issuelink', ['data_issuelinks.json']],
  ['subtask', ['data_subtasks.json']],
  ['sprint', ['data_sprint.json']],
  ['comment', ['data_comments.json']],
  ['developer', ['data_developer.json']],
  ['component', ['data_component.json', 'data_issue_component.json']],
  ['metric_target', ['data_metric_targets.json', 'data_metric_defaults.json']],
  ['metric_value', ['data_metrics.json']],
  ['metric_version', ['data_metric_versions.json']],
  ['commit', ['data_vcs_versions.json']],
  ['change_path', ['data_change_path.json']],
  ['tag', ['data_tag.json']],
  ['vcs_event', ['data_vcs_event.json']],
  ['gitlab_repo', ['data_gitlab_repo.json']],
  ['github_repo', ['data_github_repo.json']],
  ['github_issue', ['data_github_issue.json']],
  ['github_issue_note', ['data_github_issue_note.json']],
  ['tfs_team', ['data_tfs_team.json']],
  ['tfs_team_member', ['data_tfs_team_member.json']],
  ['tfs_developer', ['data_tfs_developer.json']],
  ['tfs_sprint', ['data_tfs_sprint.json']],
  ['tfs_work_item', ['data_tfs_work_item.json']],
  ['merge_request', ['data_merge_request.json']],
  ['merge_request_review', ['data_merge_request_review.json']],
  ['merge_request_note', ['data_merge_request_note.json']],
  ['commit_comment', ['data_commit_comment.json']],
  ['ldap_developer', ['data_ldap.json']],
  // The original reads the sources themselves only to find environments; here they are a table.
  ['environment', ['data_environments.json', 'data_sources.json']],
  ['source_id', ['data_source_ids.json']],
  ['jenkins', ['data_jenkins.json']],
  ['reservation', ['data_reservations.json']],
  ['seats', ['data_seats.json']],
  // Which trackers are kept depends on the steps that ran.
  ['update', []],
]);

const tasksOfGroups: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'jira',
    [
      ...['issue', 'issuetype', 'status', 'status_category', 'resolution', 'priority', 'fixVersion', 'ready_status'],
      ...['test_execution', 'relationshiptype', 'issuelink', 'subtask', 'sprint', 'comment', 'developer', 'component'],
    ],
  ],
  ['metrics', ['metric_target', 'metric_value', 'metric_version']],
  [
    'vcs',
    [
      ...['commit', 'change_path', 'tag', 'vcs_event', 'gitlab_repo', 'github_repo', 'github_issue'],
      ...['github_issue_note', 'tfs_team', 'tfs_team_member', 'tfs_developer', 'tfs_sprint', 'tfs_work_item'],
      ...['merge_request', 'merge_request_review', 'merge_request_note', 'commit_comment'],
    ],
  ],
]);

/** Tasks of the original importer that change what is in its database; here there is nothing of that kind to do. */
const specialTasks: readonly string[] = [
  ...['sprintlink', 'developerproject', 'developerlink', 'metric_domain_name', 'metric_default_target'],
  ...['repo_source', 'repo_sources', 'issue_changelog_id', 'encrypt'],
];

/** What some tasks come to. */
export interface TaskFiles {
  /** Names of the files that are imported. */
  readonly files: ReadonlySet<string>;
  /** Whether update trackers are kept. */
  readonly trackers: boolean;
}

/** The files of tasks that were asked for, read from left to right: `all`, groups, tasks, and `-` for all but those. */
export function filesOf(tasks: readonly string[], log: Logger): TaskFiles {
  const chosen = new Set<string>();
  for (const word of tasks) {
    const removed = word.startsWith('-');
    if (removed && chosen.size === 0) for (const task of filesOfTasks.keys()) chosen.add(task);
    for (const task of tasksOf(removed ? word.slice(1) : word, log)) {
      if (removed) chosen.delete(task);
      else chosen.add(task);
    }
  }
  const files = [...chosen].flatMap((task) => filesOfTasks.get(task) ?? []);
  // Whatever is imported, the project itself is described; tables of plug-ins are of no task and come with all of them.
  const further = tasks.includes('all') || tasks[0]?.startsWith('-') === true ? furtherFiles() : [];
  return { files: new Set(['data_project.json', ...files, ...further]), trackers: chosen.has('update') };
}

function tasksOf(word: string, log: Logger): readonly string[] {
  if (word === 'all') return [...filesOfTasks.keys()];
  const group = tasksOfGroups.get(word);
  if (group !== undefined) return group;
  if (filesOfTasks.has(word)) return [word];
  if (specialTasks.includes(word)) log.info(`importerTasks: ${word} is for the original importer alone`);
  else log.warn(`importerTasks: there is no task ${word}`);
  return [];
}

/** Tables and documents that are of no task. */
function furtherFiles(): readonly string[] {
  const known = new Set([...filesOfTasks.values()].flat());
  const described = documents.filter(({ kind }) => kind === 'document');
  return [...tables, ...described].map(({ file }) => file).filter((file) => !known.has(file));
}
