import { GitError } from '../../git/run.js';
import { changePath, tag, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRows } from '../../tables/definition.js';
import { type Location, resolveLocation } from '../location.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from '../repository.js';
import { StartOver } from '../source.js';
import { cloneFolder } from './clone.js';
import { connectionTo } from './connection.js';
import { FolderLocks } from './folder-locks.js';
import { readGitOptions } from './options.js';
import { prepare, type Target } from './prepare.js';
import { readRows } from './read-rows.js';

const folders = new FolderLocks();

/** Git repositories, wherever they are hosted: what the repository itself holds. */
export const gitSource: RepositorySource = {
  types: ['git'],
  tables: [vcsVersions, changePath, tag],
  trackers: [latestVersionsFile],
  async *gather(context, since) {
    const latest = yield* gatherGit(context, since[latestVersionsFile]);
    return latest === undefined ? {} : { [latestVersionsFile]: latest };
  },
};

/** What another source than a plain Git repository may ask for. */
export interface GatherGitOptions {
  /** Where the repository is, if not where the URL of the entry leads. */
  readonly location?: Location;
  /** Look into it, and have a clone, even if nothing seems to have changed: the caller has found out already. */
  readonly evenIfUnchanged?: boolean;
  /** Told where the repository was not looked into, because it is empty or nothing seems to have changed. */
  readonly onSkipped?: () => void;
}

/**
 * Yields the rows of one Git repository, for sources that have more than that too.
 *
 * @param since the newest commit that was exported; undefined for everything
 * @returns the newest commit that is exported now; undefined where the repository is empty
 * @throws {GitError} where the repository cannot be reached or read
 * @throws {RewrittenError} where `since` is not part of the history any more, but for `--force`
 * @throws {ConfigError} where its URL or an option of its host cannot be used
 */
export async function* gatherGit(
  context: RepositoryContext,
  since: string | undefined,
  { location = resolveLocation(context.entry.url, context), evenIfUnchanged = false, onSkipped }: GatherGitOptions = {},
): AsyncGenerator<TableRows, string | undefined> {
  const options = readGitOptions(location, context.time, context.credentials.file);
  const connection = await connectionTo(location, context);
  const folder = cloneFolder(context.repositories, context.project, location.plainUrl);
  const release = await folders.acquire(folder);
  try {
    const target = await prepare({ context, connection, folder, options, since, evenIfUnchanged });
    if (target === undefined) {
      onSkipped?.();
      return since;
    }
    yield* readOrStartOver(target, context);
    return target.range.latest;
  } finally {
    release();
  }
}

/** With `--force`, a clone that turns out to be damaged is made anew. */
async function* readOrStartOver(target: Target, context: RepositoryContext): AsyncGenerator<TableRows> {
  try {
    yield* readRows(target, context);
  } catch (error) {
    if (!(error instanceof GitError) || target.discard === undefined || context.signal.aborted) throw error;
    await target.discard();
    throw new StartOver(`the clone is damaged, and is made anew: ${error.message}`, { cause: error });
  }
}
