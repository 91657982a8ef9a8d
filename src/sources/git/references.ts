import { runGit } from '../../git/run.js';
import type { GitContext } from './git-context.js';

/** What a tag leads to. */
export interface Reference {
  /** Without `refs/tags/`. */
  readonly name: string;
  readonly object: string;
  readonly type: string;
}

const tagPrefix = 'refs/tags/';

/**
 * All tags of a clone, in the order of their names.
 *
 * @throws {GitError} where the clone cannot be read, or lacks what a tag leads to
 */
export async function listTags(git: GitContext): Promise<readonly Reference[]> {
  const format = '--format=%(objectname) %(objecttype) %(refname)';
  const output = await runGit({ ...git, arguments: ['for-each-ref', format, tagPrefix] });
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [object = '', type = '', ...words] = line.split(' ');
    return { object, type, name: words.join(' ').slice(tagPrefix.length) };
  });
}
