import { execFileSync } from 'node:child_process';
import type { Change, Commit } from '../../src/git/history.js';
import { mergedBranch } from '../../src/git/merge-message.js';

/*
 * What a history is by git's plumbing: one process after the other for every question, nothing shared with the code
 * under test but the patterns of merge messages, which have tests of their own.
 */

const environment = {
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

export function git(gitFolder: string, args: readonly string[], input?: Buffer | string): Buffer {
  return execFileSync('git', [`--git-dir=${gitFolder}`, ...args], {
    env: environment,
    input: input ?? '',
    maxBuffer: 1 << 30,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function text(gitFolder: string, args: readonly string[]): string {
  return git(gitFolder, args).toString('latin1').trim();
}

export function createRepository(gitFolder: string, stream: Buffer): void {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=master', gitFolder], { env: environment });
  git(gitFolder, ['fast-import', '--quiet', '--force'], stream);
}

/** The commits of a range, oldest first. */
export function plumbingHistory(gitFolder: string, revisions: readonly string[], tip: string): Commit[] {
  const names = text(gitFolder, ['rev-list', '--reverse', ...revisions])
    .split('\n')
    .filter(Boolean);
  return names.map((sha) => plumbingCommit(gitFolder, sha, tip));
}

function plumbingCommit(gitFolder: string, sha: string, tip: string): Commit {
  const raw = git(gitFolder, ['cat-file', 'commit', sha]);
  const headers = raw.toString('latin1', 0, raw.indexOf('\n\n')).split('\n');
  const parents = headers.filter((line) => line.startsWith('parent ')).map((line) => line.slice('parent '.length));
  const first = numstat(gitFolder, sha, parents[0], '--no-renames');
  return {
    sha,
    parents,
    ...decoded(gitFolder, sha),
    size: Number(text(gitFolder, ['cat-file', '-s', sha])),
    branch: branchOf(gitFolder, sha, tip),
    totals: totals([...first.values()]),
    changes: (parents.length > 0 ? parents : [undefined]).flatMap((parent) =>
      changesAgainst(gitFolder, sha, parent, first),
    ),
  };
}

/** People and message as git itself converts them to UTF-8 by the `encoding` header. */
function decoded(gitFolder: string, sha: string): Pick<Commit, 'author' | 'committer' | 'message'> {
  const format = '--format=%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B';
  const output = git(gitFolder, ['log', '--max-count=1', '-z', '--encoding=UTF-8', format, sha]);
  const [name = '', email = '', time, otherName = '', otherEmail = '', otherTime, message = ''] = output
    .toString('utf8')
    .split('\0');
  return {
    author: { name, email, time: Number(time) },
    committer: { name: otherName, email: otherEmail, time: Number(otherTime) },
    message,
  };
}

function branchOf(gitFolder: string, sha: string, tip: string): string {
  const range = ['rev-list', '--reverse', '--ancestry-path', '--merges', `${sha}..${tip}`];
  const [merge] = text(gitFolder, range).split('\n');
  if (merge === undefined || merge === '') return '0';
  const raw = git(gitFolder, ['cat-file', 'commit', merge]);
  return mergedBranch(raw.toString('utf8', raw.indexOf('\n\n') + 2));
}

type Lines = Pick<Change, 'insertions' | 'deletions'>;

function totals(files: readonly Lines[]): NonNullable<Commit['totals']> {
  const insertions = files.reduce((sum, file) => sum + file.insertions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { insertions, deletions, lines: insertions + deletions, files: files.length };
}

/** The parts between the NUL bytes of a diff between a commit and one parent, or nothing. */
function diff(gitFolder: string, sha: string, parent: string | undefined, ...options: readonly string[]): string[] {
  const trees = parent === undefined ? ['--root', '--no-commit-id', sha] : [parent, sha];
  return git(gitFolder, ['diff-tree', '-r', '-z', ...options, ...trees])
    .toString('latin1')
    .split('\0')
    .slice(0, -1);
}

/** Line counts by (new) path. */
function numstat(gitFolder: string, sha: string, parent: string | undefined, renames: string): Map<string, Lines> {
  const parts = diff(gitFolder, sha, parent, '--numstat', renames);
  const files = new Map<string, Lines>();
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const [insertions, deletions, ...rest] = part.split('\t');
    const path = rest.join('\t') === '' ? parts.splice(0, 2)[1] : rest.join('\t');
    const count = (value: string | undefined) => (value === '-' ? 0 : Number(value));
    files.set(path ?? '', { insertions: count(insertions), deletions: count(deletions) });
  }
  return files;
}

function changesAgainst(
  gitFolder: string,
  sha: string,
  parent: string | undefined,
  first: ReadonlyMap<string, Lines>,
): Change[] {
  const renamed = numstat(gitFolder, sha, parent, '-M');
  const parts = diff(gitFolder, sha, parent, '--raw', '-M');
  const changes: Change[] = [];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const [, newMode, , blob = '', status = ''] = part.split(' ');
    const paths = parts.splice(0, status.startsWith('R') ? 2 : 1);
    const path = paths.at(-1) ?? '';
    const type = changeType(status);
    const lines = type === 'R' ? renamed.get(path) : first.get(path);
    if (lines === undefined || newMode === '160000') continue;
    const size = type === 'D' ? 0 : Number(text(gitFolder, ['cat-file', '-s', blob]));
    changes.push({ path: Buffer.from(path, 'latin1').toString('utf8'), type, ...lines, size });
  }
  return changes;
}

function changeType(status: string): Change['type'] {
  const letter = status.charAt(0);
  if (letter === 'M' || letter === 'A' || letter === 'D' || letter === 'R' || letter === 'T') return letter;
  throw new Error(`change of type ${status}`);
}
