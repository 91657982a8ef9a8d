import { basename } from 'node:path';
import { ConfigError } from '../config/errors.js';
import { describeSources } from '../sources/registry.js';
import { stepSources } from '../sources/step-registry.js';

/** Files that a step may leave in `export/<PROJECT>`. */
export interface StepFiles {
  /** Data for the controller. */
  readonly export: readonly string[];
  /** Update trackers. */
  readonly update: readonly string[];
}

const none: StepFiles = { export: [], update: [] };

/** By the name of the step, in the order of a scrape; names and orders are those of the original's lists. */
const filesOfSteps: ReadonlyMap<string, Partial<StepFiles>> = new Map([
  ['preflight', { export: ['preflight_env'], update: ['preflight_date.txt'] }],
  ['project-to-json', { export: ['data_project.json'], update: ['project_meta_update.json'] }],
  [
    'project-sources',
    {
      export: ['data_sources.json', 'data_environments.json', 'data_source_ids.json'],
      update: ['project_sources_update.json'],
    },
  ],
  [
    'git-to-json',
    {
      export: [
        'data_vcs_versions.json',
        'data_github_repo.json',
        'data_github_issue.json',
        'data_github_issue_note.json',
        'data_gitlab_repo.json',
        'data_merge_request.json',
        'data_merge_request_note.json',
        'data_commit_comment.json',
        'data_merge_request_review.json',
        'data_vcs_event.json',
        'data_change_path.json',
        'data_tag.json',
        'data_tfs_work_item.json',
        'data_tfs_team.json',
        'data_tfs_team_member.json',
        'data_tfs_sprint.json',
        'data_tfs_developer.json',
      ],
      update: ['latest_vcs_versions.json', 'github_update.json', 'gitlab_update.json', 'tfs_update.json'],
    },
  ],
  [
    'metric-options-to-json',
    {
      export: ['data_metric_targets.json', 'data_metric_versions.json', 'data_metric_defaults.json'],
      update: ['metric_options_update.json', 'metric_names.json', 'metric_defaults_update.json'],
    },
  ],
  [
    'history-to-json',
    { export: ['data_metrics.json'], update: ['measurements_update.json', 'quality_time_measurement_date.txt'] },
  ],
  ['jenkins-to-json', { export: ['data_jenkins.json'] }],
  [
    'jira-to-json',
    {
      export: [
        'data.json',
        'data_comments.json',
        'data_developer.json',
        'data_fixVersion.json',
        'data_issuelinks.json',
        'data_issuetype.json',
        'data_priority.json',
        'data_ready_status.json',
        'data_relationshiptype.json',
        'data_resolution.json',
        'data_sprint.json',
        'data_status.json',
        'data_status_category.json',
        'data_subtasks.json',
        'data_test_execution.json',
        'data_issue_component.json',
        'data_component.json',
      ],
      update: ['jira-updated.txt'],
    },
  ],
  ['seats-to-json', { export: ['data_seats.json'], update: ['seats_files.json'] }],
  ['ldap-to-json', { export: ['data_ldap.json'] }],
  ['topdesk-to-json', { export: ['data_reservations.json'] }],
]);

/** Files of the plug-ins whose sources a step gathers. */
function filesOfPlugins(step: string): StepFiles {
  const sources = describeSources().filter((source) => source.origin !== undefined && source.step === step);
  const known = filesOfSteps.get(step) ?? none;
  const added = (names: readonly string[], others: readonly string[] = []) =>
    [...new Set(names)].filter((name) => !others.includes(name));
  return {
    export: added(
      sources.flatMap(({ tables }) => tables.map(({ file }) => file)),
      known.export,
    ),
    update: added(
      sources.flatMap(({ trackers }) => trackers),
      known.update,
    ),
  };
}

/** Steps whose files an agent exchanges with the controller, in the order of the original's scrape. */
export const exchangedSteps: readonly string[] = [
  'project-to-json',
  'project-sources',
  'git-to-json',
  'metric-options-to-json',
  'history-to-json',
  'jenkins-to-json',
  'gather',
];

/** @param name of a step, or of the original's script for it (`git_to_json.py`) */
export function stepName(name: string): string {
  return name.replace(/\.py$/, '').replaceAll('_', '-');
}

function filesOf(name: string, home: string | undefined): StepFiles {
  const step = stepName(name);
  const own = { ...none, ...filesOfSteps.get(step) };
  const added = filesOfPlugins(step);
  return { export: [...configured(own.export, step, home), ...added.export], update: [...own.update, ...added.update] };
}

/** Files in the order of the original, then those that it does not have, such as those that a mapping of Jira names. */
function configured(files: readonly string[], step: string, home: string | undefined): readonly string[] {
  const tables = home === undefined ? undefined : configuredTables(step, home);
  if (tables === undefined) return files;
  return [...files.filter((file) => tables.includes(file)), ...tables.filter((file) => !files.includes(file))];
}

/** Undefined where the configuration does not say which they are, or cannot be used: the step itself tells that. */
function configuredTables(step: string, home: string): readonly string[] | undefined {
  try {
    const source = stepSources.find((known) => known.step === step);
    return source?.configure?.(home).tables.map(({ file }) => file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return undefined;
  }
}

/**
 * Files of some steps, in the order given; a step that has none, or that nobody knows, adds nothing.
 *
 * @param home folder whose configuration may give a step other tables
 */
export function listFiles(type: keyof StepFiles, steps: readonly string[], home?: string): readonly string[] {
  return steps.flatMap((step) => filesOf(step, home)[type]);
}

/** Update trackers that a scrape of some steps takes from the controller and gives back to it. */
export function exchangedTrackers(gathered: readonly string[] = exchangedSteps): readonly string[] {
  return listFiles('update', inOrder(gathered));
}

/** Data that a scrape of some steps gives to the controller; `home` as of {@link listFiles}. */
export function exchangedData(gathered: readonly string[] = exchangedSteps, home?: string): readonly string[] {
  return listFiles('export', inOrder(gathered), home);
}

/** As in the lists of the original; steps that those do not have come last. */
function inOrder(steps: readonly string[]): readonly string[] {
  const known = exchangedSteps.filter((step) => steps.includes(step));
  return [...known, ...steps.filter((step) => !known.includes(step))];
}

/** Each name once. @throws {ConfigError} for what is no name of a file in the export folder */
export function checkNames(names: readonly string[], option: string): readonly string[] {
  const wrong = names.find((name) => name === '' || name.startsWith('.') || basename(name) !== name);
  if (wrong !== undefined) {
    throw new ConfigError(option, `"${wrong}" is not a file of the export folder; expected a name without folder`);
  }
  return [...new Set(names)];
}
