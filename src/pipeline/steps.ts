import { listFiles, stepName } from '../agent/step-files.js';
import type { Settings } from '../config/settings.js';
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
  /** Section and option of the settings that name the server; without it, a step that nobody named is left out. */
  readonly server?: readonly [section: string, option: string];
  /** Word that names a server in its place. */
  readonly serverOption?: string;
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
  {
    name: 'jira-to-json',
    after: ['project-sources'],
    words: ({ words }) => words.jira,
    server: ['jira', 'server'],
    serverOption: '--server',
  },
  { name: 'project-to-json', after: ['project-sources'] },
  { name: 'environment-sources', after: ['jira-to-json'], runsWith: 'git-to-json' },
  // Commits are placed in the sprints of Jira.
  { name: 'git-to-json', after: ['jira-to-json', 'environment-sources'] },
  { name: 'metric-options-to-json', after: ['environment-sources'] },
  // Both keep the names of metrics.
  { name: 'history-to-json', after: ['metric-options-to-json'] },
  { name: 'jenkins-to-json', after: ['environment-sources'] },
  { name: 'ldap-to-json', after: [], server: ['ldap', 'server'] },
  { name: 'topdesk-to-json', after: [], words: ({ topdeskFile }) => option('--file', topdeskFile) },
  { name: 'seats-to-json', after: [], words: ({ seatsFiles }) => option('--filename', seatsFiles) },
];

/** Names of the steps that `gathererScripts` has, whichever way they are written. */
export function scriptsOf(scripts: string | undefined): readonly string[] {
  return wordsOf(scripts?.replaceAll(',', ' ')).map(stepName);
}

/** Whether there is a server to ask. */
export function hasServer(
  { server, serverOption, words }: PipelineStep,
  { settings, options }: ServerContext,
): boolean {
  if (server === undefined || settings.get(...server) !== undefined) return true;
  return serverOption !== undefined && (words?.(options) ?? []).includes(serverOption);
}

interface ServerContext {
  readonly settings: Pick<Settings, 'get'>;
  readonly options: PipelineOptions;
}

/**
 * The steps that a run has: those that `gathererScripts` names; where it names none, those whose files are imported.
 *
 * @param files that are imported; undefined where nothing is, so that all are wanted
 */
export function selectPipelineSteps(
  scripts: string | undefined,
  files: ReadonlySet<string> | undefined,
): ReadonlySet<PipelineStep> {
  const named = scriptsOf(scripts);
  const isWanted = ({ name, runsWith }: PipelineStep): boolean => {
    if (named.length > 0) return named.includes(name);
    if (files === undefined) return true;
    return listFiles('export', [runsWith ?? name]).some((file) => files.has(file));
  };
  return new Set(pipelineSteps.filter(isWanted));
}
