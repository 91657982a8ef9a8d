import type { Logger } from '../log/logger.js';
import { type CommitObject, parseCommit } from './commit-object.js';
import type { Commit } from './history.js';

/** What a commit object says, without anything that needs a diff. */
export type CommitHeader = CommitObject & Pick<Commit, 'sha' | 'size'>;

/** @param object a character per byte */
export function readHeader(sha: string, object: string, log: Logger): CommitHeader {
  const { parents, author, committer, message } = parseCommit(object, (encoding) => {
    log.warn({ commit: sha, encoding }, 'unknown encoding of a commit, read as UTF-8');
  });
  return { sha, parents, author, committer, message, size: object.length };
}
