import { GitError, runGit } from '../../git/run.js';
import { cloneFolder } from '../git/clone.js';
import type { RepositoryContext } from '../repository.js';
import type { GitLabPlace } from './place.js';
import type { PushedCommits } from './rows.js';

/** Looks the ranges of pushes up in the clone. A range that the clone does not know has no commits. */
export function commitsOf(
  context: RepositoryContext,
  { location }: GitLabPlace,
): (pushed: PushedCommits) => Promise<readonly string[]> {
  const { environment, signal, log, entry } = context;
  const gitFolder = cloneFolder(context.repositories, context.project, location.plainUrl);
  return async (pushed) => {
    if (!('from' in pushed)) return pushed;
    const range = `${pushed.from}..${pushed.to}`;
    try {
      const output = await runGit({
        gitFolder,
        environment,
        signal,
        arguments: ['rev-list', '--end-of-options', range],
      });
      return output.split('\n').filter((line) => line !== '');
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GitError)) throw error;
      log.warn(`${entry.name}: the clone does not have the commits ${range} of a push, which gets no rows`);
      return [];
    }
  };
}
