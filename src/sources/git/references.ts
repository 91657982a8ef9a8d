import { runGit } from '../../git/run.js';
import type { GitContext } from './git-context.js';

/** What a reference leads to. */
export interface Reference {
  /** Without `refs/tags/`. */
  readonly name: string;
  readonly object: string;
  readonly type: string;
}

/** The references of a clone that are read. */
export interface References {
  /** The commit of the branch that was asked for; undefined where there is none. */
  readonly tip: string | undefined;
  /** In the order of their names. */
  readonly tags: readonly Reference[];
}

const tagPrefix = 'refs/tags/';

/**
 * Asks for all tags and a branch at once.
 *
 * @param branch whole name of the branch; undefined for none
 * @throws {GitError} where the clone cannot be read, or lacks what a tag leads to
 */
export async function listReferences(git: GitContext, branch: string | undefined): Promise<References> {
  const format = '--format=%(objectname) %(objecttype) %(refname)';
  const wanted = branch === undefined ? [tagPrefix] : [tagPrefix, branch];
  const output = await runGit({ ...git, arguments: ['for-each-ref', format, ...wanted] });
  const tags: Reference[] = [];
  let tip: string | undefined;
  for (const line of output.split('\n')) {
    const [object = '', type = '', ...words] = line.split(' ');
    const name = words.join(' ');
    if (name === branch && type === 'commit') tip = object;
    if (name.startsWith(tagPrefix)) tags.push({ object, type, name: name.slice(tagPrefix.length) });
  }
  return { tip, tags };
}
