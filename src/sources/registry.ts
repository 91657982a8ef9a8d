import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import { defineTracker } from '../tables/catalogue/define.js';
import type { TableDefinition } from '../tables/definition.js';
import { addDefinitions, findDocument, findTable, tables } from '../tables/index.js';
import { azureSource } from './azure-devops/index.js';
import { gitSource } from './git/index.js';
import { githubSource } from './github/index.js';
import { gitlabSource } from './gitlab/index.js';
import { jenkinsEnvironments } from './jenkins/environments.js';
import type { KeyRegistrar } from './keys.js';
import { type Location, type LocationContext, resolveLocation } from './location.js';
import type { AnySource } from './plugin-schema.js';
import { qualityTimeEnvironments } from './quality-time/environments.js';
import { type EnvironmentFinder, latestVersionsFile, type RepositorySource } from './repository.js';
import { jiraEnvironments } from './server-environments.js';
import { sonarQubeEnvironments } from './sonarqube/environments.js';
import type { Source, SourceEntry } from './source.js';
import { subversionSource } from './subversion/index.js';

/** The systems whose repositories can be gathered. Of several that serve one, the first does. */
const repositorySources: RepositorySource[] = [gitSource, gitlabSource, githubSource, azureSource, subversionSource];

/** Systems of other kinds. */
const otherSources: Source[] = [];

/** By type, systems that keep no repositories and of which a source is a whole server. */
const servers: ReadonlyMap<string, EnvironmentFinder> = new Map([
  ['quality-time', qualityTimeEnvironments],
  ['sonar', sonarQubeEnvironments],
  ['jenkins', jenkinsEnvironments],
  ['jira', jiraEnvironments],
]);

/** Names of the plug-ins that sources are from. */
const origins = new Map<AnySource, string>();

/** A source as `gatherer sources` shows it. */
export interface SourceDescription {
  readonly types: readonly string[];
  readonly tables: readonly TableDefinition[];
  readonly trackers: readonly string[];
  /** Step of a scrape that gathers it. */
  readonly step: string;
  /** Name of a plug-in. */
  readonly origin?: string;
}

/** Every source, those of plug-ins last. */
export function describeSources(): readonly SourceDescription[] {
  const describe = (source: AnySource, step: SourceDescription['step']): SourceDescription => {
    const { types, tables, trackers } = source;
    const origin = origins.get(source);
    return { types, tables, trackers, step, ...(origin === undefined ? {} : { origin }) };
  };
  return [
    ...repositorySources.map((source) => {
      const description = describe(source, 'git-to-json');
      return { ...description, tables: [...description.tables, ...(source.tablesOfNews ?? [])] };
    }),
    ...otherSources.map((source) => describe(source, 'gather')),
  ];
}

/**
 * Adds the source of a plug-in, with its tables and trackers. One that has {@link latestVersionsFile} as a tracker is a
 * repository.
 *
 * @throws Error where it clashes with a source that is there
 */
export function addSource(source: AnySource, origin: string): void {
  const taken = describeSources()
    .flatMap(({ types }) => types)
    .find((type) => source.types.includes(type));
  if (taken !== undefined) throw new Error(`there is a source of type ${taken} already`);
  const tables = source.tables.filter((table) => isNewTable(table));
  const trackers = source.trackers.filter((file) => file !== latestVersionsFile);
  const known = trackers.find((file) => findDocument(file) !== undefined);
  if (known !== undefined) throw new Error(`there is an update tracker ${known} already`);
  addDefinitions([...tables, ...trackers.map((file) => defineTracker(file, versionsSchema))]);
  if (isRepository(source)) repositorySources.push(source);
  else otherSources.push(source);
  origins.set(source, origin);
}

const versionsSchema = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .describe('How far each source of the project has been gathered, by its name.');

function isNewTable(table: TableDefinition): boolean {
  const known = findTable(table.file) ?? tables.find(({ name }) => name === table.name);
  if (known !== undefined && known !== table)
    throw new Error(`there is a table ${known.name} in ${known.file} already`);
  return known === undefined;
}

function isRepository(source: AnySource): source is RepositorySource {
  return source.trackers.includes(latestVersionsFile);
}

/** The system that serves a source that is no repository. */
export function findOtherSource(entry: SourceEntry): Source | undefined {
  return otherSources.find(({ types }) => types.includes(entry.type));
}

/** Types of the environments that the systems have. */
export function environmentTypes(): readonly string[] {
  const forges = repositorySources.filter(({ environments }) => environments !== undefined);
  return [...forges.flatMap(({ types }) => types), ...servers.keys()];
}

/** How the environment of a source is told; undefined where it has none. */
export function findEnvironments(entry: SourceEntry, context: LocationContext): EnvironmentFinder | undefined {
  return findRepositorySource(entry, context)?.environments ?? servers.get(entry.type);
}

/** The systems that take public keys. Where the credentials of a host are for several, the first one does. */
export function keyRegistrars(): readonly KeyRegistrar[] {
  return repositorySources.flatMap(({ keys }) => (keys === undefined ? [] : [keys]));
}

/** The system that serves a source; a Git repository may have an API too, if its host has credentials for it. */
export function findRepositorySource(entry: SourceEntry, context: LocationContext): RepositorySource | undefined {
  const location = entry.type === 'git' ? locationOf(entry, context) : undefined;
  const forge = repositorySources.find(({ servesGitAt }) => location !== undefined && servesGitAt?.(location) === true);
  return forge ?? repositorySources.find(({ types }) => types.includes(entry.type));
}

/** Undefined where the URL cannot be used; whoever gathers it says so. */
function locationOf(entry: SourceEntry, context: LocationContext): Location | undefined {
  try {
    return resolveLocation(entry.url, context);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
