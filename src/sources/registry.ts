import { ConfigError } from '../config/errors.js';
import { gitSource } from './git/index.js';
import { gitlabSource } from './gitlab/index.js';
import { type Location, type LocationContext, resolveLocation } from './location.js';
import type { RepositorySource } from './repository.js';
import type { SourceEntry } from './source.js';
import { subversionSource } from './subversion/index.js';

/** The systems whose repositories can be gathered. Of several that serve one, the first does. */
const repositorySources: readonly RepositorySource[] = [gitSource, gitlabSource, subversionSource];

/** Systems that keep versions, but that nothing here reads. */
const unsupported: readonly string[] = ['github', 'tfs', 'tfvc'];

/** Types of the environments that the systems have. */
export const environmentTypes: readonly string[] = repositorySources.flatMap(({ environments, types }) =>
  environments === undefined ? [] : types,
);

/** The system that serves a source; a Git repository may have an API too, if its host has credentials for it. */
export function findRepositorySource(entry: SourceEntry, context: LocationContext): RepositorySource | undefined {
  const location = entry.type === 'git' ? locationOf(entry, context) : undefined;
  const forge = repositorySources.find(({ servesGitAt }) => location !== undefined && servesGitAt?.(location) === true);
  return forge ?? repositorySources.find(({ types }) => types.includes(entry.type));
}

/** Whether a source is a repository that nothing here can read. */
export function isUnsupported(entry: SourceEntry): boolean {
  return unsupported.includes(entry.type);
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
