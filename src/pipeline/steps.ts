import { listFiles, stepName } from '../agent/step-files.js';
import type { PipelineOptions } from './options.js';
import { wordsOf } from './words.js';

/** A step of the pipeline, which is a command of the same name. */
export interface PipelineStep {
  readonly name: string;
  /** Steps that must be done before it. */
  readonly after: readonly string[];
  /** Words of the command after the key of the project; undefined where it has nothing to do. */
  readonly words?: (options: PipelineOptions) => readonly string[] | undefined;
  /** Dropins are taken even where the database has them already, because other steps read them. */
  readonly needsDropins?: boolean;
  /** Has no files of its own; where nothing else is said it runs with this one. */
  readonly runsWith?: string;
}

const option = (name: string, value: string | undefined) => (value === undefined ? undefined : [name, value]);

/**
 * The steps in the order of the original. Several add to `data_sources.json`, and so come one after the other; what
 * reads the sources comes behind them.
 */
export const pipelineSteps: readonly PipelineStep[] = [
  { name: 'project-sources', after: [], needsDropins: true },
  { name: 'jira-to-json', after: ['project-sources'], words: ({ words }) => words.jira },
  { name: 'project-to-json', after: ['project-sources'] },
  { name: 'environment-sources', after: ['jira-to-json'], runsWith: 'git-to-json' },
  // Commits are placed in the sprints of Jira.
  { name: 'git-to-json', after: ['jira-to-json', 'environment-sources'] },
  { name: 'metric-options-to-json', after: ['environment-sources'], words: () => ['--context', '-1'] },
  // Both keep the names of metrics.
  { name: 'history-to-json', after: ['metric-options-to-json'] },
  { name: 'jenkins-to-json', after: ['environment-sources'] },
  { name: 'ldap-to-json', after: [] },
  { name: 'topdesk-to-json', after: [], words: ({ topdeskFile }) => option('--file', topdeskFile) },
  { name: 'seats-to-json', after: [], words: ({ seatsFiles }) => option('--filename', seatsFiles) },
];

/**
 * The steps that a run has: those that `gathererScripts` names; where it names none, those whose files are imported.
 *
 * @param files that are imported; undefined where nothing is, so that all are wanted
 */
export function selectPipelineSteps(
  scripts: string | undefined,
  files: ReadonlySet<string> | undefined,
): ReadonlySet<PipelineStep> {
  const named = wordsOf(scripts?.replaceAll(',', ' ')).map(stepName);
  const isWanted = ({ name, runsWith }: PipelineStep): boolean => {
    if (named.length > 0) return named.includes(name);
    if (files === undefined) return true;
    return listFiles('export', [runsWith ?? name]).some((file) => files.has(file));
  };
  return new Set(pipelineSteps.filter(isWanted));
}
