import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitError, runGit } from '../../git/run.js';
import type { Connection } from './connection.js';
import { ProgressReader, withoutProgress } from './progress.js';
import type { Remote } from './remote.js';

export interface CloneOptions {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /**
   * Whether contents of files are needed. A clone that is made without them stays without; servers that cannot leave
   * them out send them.
   */
  readonly contents: boolean;
  /** Told how far git is, e.g. `Receiving objects: 45%`. */
  readonly onProgress: (text: string) => void;
}

/** Name of the HEAD of a repository whose HEAD names a commit, not a branch. */
const detachedHead = 'refs/gatherer/head';
const allBranches = '+refs/heads/*:refs/heads/*';
const allTags = '+refs/tags/*:refs/tags/*';

const unfinishedSuffix = '.unfinished';

/** Times that a fetch is tried while a process of a run that was killed may still hold a lock, and seconds between. */
const lockTries = 3;
const lockPause = 1_000;

/** The folder of the clone of a URL: what is readable of its name, and what makes it unique. */
export function cloneFolder(repositories: string, project: string, plainUrl: string): string {
  const last = plainUrl.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  const readable = last
    .replace(/\.git$/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 60);
  const unique = createHash('sha256').update(plainUrl).digest('hex').slice(0, 12);
  return path.join(repositories, project, `${readable === '' ? 'repository' : readable}-${unique}.git`);
}

/** Whether there is a finished clone with what is needed; what an interrupted run left does not count. */
export async function isCloned(folder: string, contents: boolean): Promise<boolean> {
  try {
    return (await stat(path.join(folder, 'HEAD'))).isFile() && !(contents && (await isPartial(folder)));
  } catch {
    return false;
  }
}

/**
 * The default branch of a clone as its file `HEAD` has it; undefined where it names a commit, or the references are kept
 * elsewhere.
 */
export async function clonedBranch(folder: string): Promise<string | undefined> {
  const text = await readFile(path.join(folder, 'HEAD'), 'utf8').catch(() => '');
  const branch = /^ref: (refs\/.+)\n$/.exec(text)?.[1];
  return branch === 'refs/heads/.invalid' ? undefined : branch;
}

/** Git would ask its server for each missing blob alone. */
async function isPartial(folder: string): Promise<boolean> {
  return /^\s*partialclonefilter\s*=/im.test(await readFile(path.join(folder, 'config'), 'utf8'));
}

/**
 * Clones a repository, bare, with all branches and tags. The folder is there when the clone is whole, and not before;
 * an earlier clone is replaced.
 *
 * @throws {GitError}
 */
export async function makeClone(folder: string, options: CloneOptions): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  await removeUnfinished(folder);
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}${unfinishedSuffix}`;
  try {
    const filter = options.contents ? [] : ['--filter=blob:none'];
    const words = ['clone', '--bare', '--progress', '--template=', ...filter, '--', options.connection.url, unfinished];
    await transfer(options, words);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** What runs left that were killed while they cloned. Each has its own folder: a git that still runs does no harm. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(path.dirname(folder));
  const left = names.filter((name) => name.startsWith(`${path.basename(folder)}.`) && name.endsWith(unfinishedSuffix));
  await Promise.all(left.map((name) => rm(path.join(path.dirname(folder), name), { recursive: true, force: true })));
}

/**
 * Brings a clone to the state of the repository, also where its history was rewritten or its default branch changed.
 *
 * @throws {GitError}
 */
export async function updateClone(folder: string, remote: Remote, options: CloneOptions): Promise<void> {
  const head = remote.branch === undefined ? [`+HEAD:${detachedHead}`] : [];
  const from = (await isPartial(folder)) ? await namedRemote(folder, options) : options.connection.url;
  await withoutStaleLocks(folder, options.signal, async () => {
    const words = ['fetch', '--progress', '--prune', '--no-tags', '--force', '--no-write-fetch-head', '--'];
    await transfer(options, [...words, from, allBranches, allTags, ...head], folder);
    const branch = remote.branch ?? detachedHead;
    if ((await clonedBranch(folder)) === branch) return;
    await runGit({
      gitFolder: folder,
      environment: options.connection.environment,
      signal: options.signal,
      arguments: ['symbolic-ref', 'HEAD', branch],
    });
  });
}

/** The name that a clone without contents is fetched by, because what git leaves out goes by that. */
async function namedRemote(gitFolder: string, { connection, signal }: CloneOptions): Promise<string> {
  const words = ['config', 'remote.origin.url', connection.url];
  await runGit({ gitFolder, environment: connection.environment, signal, arguments: words });
  return 'origin';
}

/** Runs a command of git that reports its progress. What it says of that is left out of its error. */
async function transfer(options: CloneOptions, words: readonly string[], gitFolder?: string): Promise<void> {
  const reader = new ProgressReader(options.onProgress);
  try {
    await runGit({
      arguments: words,
      environment: options.connection.environment,
      signal: options.signal,
      onStderr: (chunk) => reader.add(chunk),
      ...(gitFolder === undefined ? {} : { gitFolder }),
    });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new GitError(error.command, error.exitCode, withoutProgress(error.stderr), 'failed', { cause: error });
  }
}

/** A run that was killed leaves lock files, and for a moment a git that still works on them. */
async function withoutStaleLocks(folder: string, signal: AbortSignal, action: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await action();
      return;
    } catch (error) {
      if (!(error instanceof GitError) || !/\.lock'?: File exists/.test(error.stderr) || tries > lockTries) throw error;
      if (tries === lockTries) await removeLocks(folder);
      else await sleep(lockPause, undefined, { signal });
    }
  }
}

async function removeLocks(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const locks = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.lock'));
  await Promise.all(locks.map((entry) => rm(path.join(entry.parentPath, entry.name), { force: true })));
}
