import { GitError, runGit } from '../../git/run.js';
import type { GitContext } from './git-context.js';

/** Which commits of a clone are new. */
export interface Range {
  /** Revision arguments of `git rev-list`; none where nothing is new. */
  readonly revisions: readonly string[];
  /** The newest commit that is exported when these are. */
  readonly latest: string;
  /** Nothing has been exported yet, or it does not count any more. */
  readonly isWhole: boolean;
}

/** A version that was exported is no longer part of the history. */
export class RewrittenError extends Error {
  override readonly name = 'RewrittenError';
}

export interface RangeOptions {
  /** The commit up to which commits are wanted. */
  readonly target: string;
  /** The newest commit that was exported; undefined for everything. */
  readonly since: string | undefined;
  /**
   * Whether the target may lie beside what was exported, because another branch became the default one, or another tag
   * is asked for. What was exported must then still be part of some branch or tag.
   */
  readonly mayDiverge: boolean;
}

const objectName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Tells which commits are new since a version.
 *
 * @throws {RewrittenError} where that version is not part of the history any more, or never was part of this clone
 */
export async function findRange(git: GitContext, { target, since, mayDiverge }: RangeOptions): Promise<Range> {
  if (since === undefined) return wholeRange(target);
  if (since === target) return { revisions: [], latest: target, isWhole: false };
  if (!objectName.test(since) || (await findCommit(git, since)) === undefined) {
    throw new RewrittenError(`the latest version ${since} is unknown to the clone`);
  }
  const added = { revisions: [target, `^${since}`], latest: target, isWhole: false };
  if (await isAncestor(git, since, target)) return added;
  if (!mayDiverge || !(await isNamed(git, since))) {
    throw new RewrittenError(`the latest version ${since} is no longer part of the history`);
  }
  const isBehind = await isAncestor(git, target, since);
  return isBehind ? { revisions: [], latest: since, isWhole: false } : added;
}

/** All commits that lead to a target. */
export function wholeRange(target: string): Range {
  return { revisions: [target], latest: target, isWhole: true };
}

/** The commit that a revision leads to, or undefined. */
export async function findCommit(git: GitContext, revision: string): Promise<string | undefined> {
  const command = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`];
  const output = await outputWhereTrue(git, command);
  return output?.trim() || undefined;
}

async function isAncestor(git: GitContext, older: string, newer: string): Promise<boolean> {
  return (await outputWhereTrue(git, ['merge-base', '--is-ancestor', older, newer])) !== undefined;
}

/** Whether a branch or tag of the repository still has the commit. */
async function isNamed(git: GitContext, commit: string): Promise<boolean> {
  const command = ['for-each-ref', '--count=1', `--contains=${commit}`, 'refs/heads', 'refs/tags'];
  return (await runGit({ ...git, arguments: command })) !== '';
}

/** The output of a command that answers no by exit status 1. */
async function outputWhereTrue(git: GitContext, command: readonly string[]): Promise<string | undefined> {
  try {
    return await runGit({ ...git, arguments: command });
  } catch (error) {
    if (error instanceof GitError && error.exitCode === 1) return undefined;
    throw error;
  }
}
