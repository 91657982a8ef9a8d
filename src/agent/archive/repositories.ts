import path from 'node:path';
import { describeProject } from '../../config/project.js';
import { runGit } from '../../git/run.js';
import { readSourceEntries } from '../../sources/entries.js';
import { cloneFolder, isCloned } from '../../sources/git/clone.js';
import { type LocationContext, resolveLocation } from '../../sources/location.js';
import { findRepositorySource } from '../../sources/registry.js';
import type { SourceEntry } from '../../sources/source.js';
import { type AgentContext, exportFolder } from '../context.js';

/** A repository of the project whose clone is there. */
export interface ClonedRepository {
  /** By which it is archived. */
  readonly name: string;
  readonly gitFolder: string;
}

/** Where `git-to-json` keeps its clones, in a folder for each project. */
export function repositoriesFolder({ runtime }: AgentContext): string {
  return path.join(runtime.home, 'project-git-repos');
}

function resolutionOf({ runtime }: AgentContext): LocationContext {
  return { credentials: runtime.credentials, environment: runtime.environment, followHostChange: true };
}

function entriesOf(context: AgentContext): readonly SourceEntry[] {
  return readSourceEntries(exportFolder(context)) ?? [];
}

/** The last part of an URL, in the letters that GitLab has for projects. */
function archiveName(plainUrl: string): string {
  const last = path.posix.basename(
    plainUrl
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .replaceAll(':', '/'),
  );
  return last
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-._]+|[-._]+$|\.git$/g, '');
}

async function hasCommits(context: AgentContext, gitFolder: string): Promise<boolean> {
  const { environment } = context.runtime;
  const words = ['for-each-ref', '--count=1', 'refs/heads', 'refs/tags'];
  return (await runGit({ gitFolder, environment, signal: context.signal, arguments: words })) !== '';
}

/**
 * The Git repositories of the project's sources that `git-to-json` has cloned, and that are not empty.
 *
 * @param wanted names of those that are asked for; all without
 */
export async function findClonedRepositories(
  context: AgentContext,
  wanted: readonly string[] | undefined,
): Promise<readonly ClonedRepository[]> {
  const { log } = context;
  const resolution = resolutionOf(context);
  const repositories = repositoriesFolder(context);
  const found = new Map<string, ClonedRepository>();
  for (const entry of entriesOf(context)) {
    const source = findRepositorySource(entry, resolution);
    if (source === undefined || source.types.includes('subversion')) continue;
    const { plainUrl } = resolveLocation(entry.url, resolution);
    const name = archiveName(plainUrl);
    if (wanted !== undefined && !wanted.some((one) => [one, one.toLowerCase()].includes(name))) continue;
    const gitFolder = cloneFolder(repositories, context.project, plainUrl);
    if (!(await isCloned(gitFolder, true))) {
      log.warn(`${entry.name} is left out: there is no clone of it with its contents; git-to-json makes one`);
    } else if (!(await hasCommits(context, gitFolder))) {
      log.info(`${entry.name} is left out: it is empty`);
    } else if (found.has(name)) {
      log.error(`${entry.name} is left out: another repository is called ${name}, too`);
    } else {
      found.set(name, { name, gitFolder });
    }
  }
  const missing = (wanted ?? []).filter((one) => !found.has(one.toLowerCase()));
  if (missing.length > 0) log.warn(`No repositories of the sources: ${missing.join(', ')}`);
  return [...found.values()];
}

/**
 * Path of the group at GitLab that the repositories of the project go to: that of the project's first source at a host
 * with a token of GitLab, by its option `group`, else the name of the project. Undefined where there is none.
 */
export function archiveGroup(context: AgentContext): string | undefined {
  const resolution = resolutionOf(context);
  const locations = entriesOf(context)
    .filter((entry) => findRepositorySource(entry, resolution)?.types.includes('gitlab'))
    .map((entry) => resolveLocation(entry.url, resolution));
  const [first] = locations;
  if (first === undefined) return undefined;
  return first.option('group') ?? describeProject(context.runtime.settings, context.project).name;
}
