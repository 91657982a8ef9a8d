import { rm } from 'node:fs/promises';
import { GitError, runGit } from '../../git/run.js';
import type { RepositoryContext } from '../repository.js';
import { type CloneOptions, clonedBranch, isCloned, makeClone, updateClone } from './clone.js';
import type { Connection } from './connection.js';
import type { GitContext } from './git-context.js';
import type { GitOptions } from './options.js';
import { findCommit, findRange, type Range, RewrittenError, wholeRange } from './range.js';
import { listReferences, type References } from './references.js';
import { askRemote, type Remote } from './remote.js';

export interface Preparation {
  readonly context: RepositoryContext;
  readonly connection: Connection;
  readonly folder: string;
  readonly options: GitOptions;
  readonly since: string | undefined;
  /** A repository is looked into even if nothing seems to have changed. */
  readonly evenIfUnchanged: boolean;
}

/** A clone that is as new as wanted, and what is to be read from it. */
export interface Target {
  readonly git: GitContext;
  readonly range: Range;
  /** Commit of HEAD, from which branches are told. */
  readonly tip: string;
  /** Rejected where they could not be listed. */
  readonly references: Promise<References>;
  readonly options: GitOptions;
  /** Removes the clone; only where another one may be made. */
  readonly discard?: () => Promise<void>;
}

/**
 * A repository is skipped, its tags too, where its default branch is this one and has not changed. Others without
 * change give their tags again: what importers have received from the first release on.
 */
const skippedBranch = 'refs/heads/master';

interface UpdatedClone {
  readonly isNew: boolean;
  readonly branchChanged: boolean;
}

/**
 * Clones or fetches as far as needed, and tells what is new.
 *
 * @returns undefined where there is nothing to read: the repository is empty, or has not changed
 */
export async function prepare(preparation: Preparation): Promise<Target | undefined> {
  const { context, folder, options } = preparation;
  const pull = context.pull || !(await isCloned(folder, options.statistics));
  const clone = pull ? await bringUpToDate(preparation) : { isNew: false, branchChanged: false };
  if (clone === undefined) return undefined;
  const git = { gitFolder: folder, environment: context.environment, signal: context.signal };
  const references = listReferences(git, await clonedBranch(folder));
  // Who reads the tags sees the failure.
  const listed = await references.catch(() => undefined);
  const tip = listed?.tip ?? (await findCommit(git, 'HEAD'));
  if (tip === undefined) return nothing(context, 'the repository is empty');
  const range = await newCommits(git, await findTarget(git, tip, options), clone, preparation);
  const mayDiscard = context.force && context.pull && !clone.isNew;
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return { git, range, tip, references, options, ...(mayDiscard ? { discard } : {}) };
}

function nothing(context: RepositoryContext, why: string): undefined {
  context.log.info(`${context.entry.name}: ${why}`);
  return undefined;
}

/** @returns undefined where nothing needs to be fetched */
async function bringUpToDate(preparation: Preparation): Promise<UpdatedClone | undefined> {
  const { context, connection, options, since } = preparation;
  const remote = await askRemote(connection, context.signal, options.tag);
  if (remote.head === undefined) return nothing(context, 'the repository is empty');
  const wanted = options.tag === undefined ? remote.head : remote.tag;
  if (wanted === undefined) throw missingTag(options);
  const maySkip = !preparation.evenIfUnchanged && (options.tag !== undefined || remote.branch === skippedBranch);
  if (wanted === since && maySkip) {
    return nothing(context, 'already up to date');
  }
  return fetchOrClone(preparation, remote);
}

async function fetchOrClone(
  { context, connection, folder, options }: Preparation,
  remote: Remote,
): Promise<UpdatedClone> {
  const { signal, onProgress, log, entry } = context;
  const contents = options.statistics;
  const transfer: CloneOptions = { connection, signal, contents, onProgress };
  if (await isCloned(folder, contents)) {
    try {
      const earlier = await defaultBranch({ gitFolder: folder, environment: context.environment, signal });
      await updateClone(folder, remote, transfer);
      return { isNew: false, branchChanged: earlier !== remote.branch };
    } catch (error) {
      if (!(error instanceof GitError) || !context.force || signal.aborted) throw error;
      log.warn(`${entry.name}: the clone cannot be updated, and is made anew: ${error.message}`);
    }
  }
  await makeClone(folder, transfer);
  return { isNew: true, branchChanged: false };
}

async function defaultBranch(git: GitContext): Promise<string> {
  const branch = await clonedBranch(git.gitFolder);
  if (branch !== undefined) return branch;
  return (await runGit({ ...git, arguments: ['symbolic-ref', '--quiet', 'HEAD'] }).catch(() => '')).trim();
}

async function findTarget(git: GitContext, tip: string, options: GitOptions): Promise<string> {
  if (options.tag === undefined) return tip;
  const commit = await findCommit(git, `refs/tags/${options.tag}`);
  if (commit === undefined) throw missingTag(options);
  return commit;
}

function missingTag({ tag }: GitOptions): Error {
  return new Error(`the repository has no tag ${tag} that leads to a commit; correct or remove the option tag`);
}

async function newCommits(
  git: GitContext,
  target: string,
  clone: UpdatedClone,
  { context, options, since }: Preparation,
): Promise<Range> {
  const mayDiverge = clone.isNew || clone.branchChanged || options.tag !== undefined;
  try {
    return await findRange(git, { target, since, mayDiverge });
  } catch (error) {
    if (!(error instanceof RewrittenError)) throw error;
    if (!context.force || !context.pull) {
      throw new RewrittenError(`${error.message}: it was rewritten; --force gathers it from the beginning`);
    }
    context.log.warn(`${context.entry.name}: ${error.message}; everything is gathered from the beginning`);
    return wholeRange(target);
  }
}
