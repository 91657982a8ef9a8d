import { type ChangeType, type Difference, DiffParser } from './diff-parser.js';
import { LogDiffReader } from './log-diff-reader.js';
import { readStream, type SvnConnection, startSvn, target } from './run.js';
import { readElements } from './xml.js';

/** No program or option of someone's configuration takes the place of the unified diff of svn. */
const format = ['--internal-diff', '--extensions=-u'] as const;

/**
 * Counts what a revision changed in the contents of files, wherever the path was then.
 *
 * @param peg revision in which the path is the one that is meant
 * @throws {SvnError}
 */
export async function readDifference(
  connection: SvnConnection,
  url: string,
  peg: number,
  revision: number,
): Promise<Difference> {
  const range = `--revision=${revision - 1}:${revision}`;
  const svn = startSvn(connection, ['diff', '--ignore-properties', ...format, range, target(url, peg)]);
  const parser = new DiffParser();
  await readStream(svn, (chunk) => parser.add(chunk));
  return parser.finish();
}

/**
 * The same for several revisions with one command, which takes a tenth of the time of one for each. It leaves out the
 * lines of deleted files and shows properties, so that it is right only for revisions that have neither, nor copies.
 *
 * @param revisions that the log of the path has, the oldest first
 * @throws {SvnError}
 */
export async function readPlainDifferences(
  connection: SvnConnection,
  url: string,
  peg: number,
  revisions: readonly number[],
): Promise<ReadonlyMap<number, Difference>> {
  const wanted = `--change=${revisions.join(',')}`;
  const svn = startSvn(connection, ['log', '--quiet', '--diff', ...format, wanted, target(url, peg)]);
  const reader = new LogDiffReader();
  await readStream(svn, (chunk) => reader.add(chunk));
  const found = reader.finish();
  if (found.map(([revision]) => revision).join() !== revisions.join()) {
    throw svn.failure('printed other revisions than it was asked for');
  }
  return new Map(found);
}

const types = new Map<string, ChangeType>([
  ['added', 'A'],
  ['deleted', 'D'],
]);

/**
 * Asks which files a revision added, deleted and modified, those without lines too.
 *
 * @returns by path relative to the given one
 * @throws {SvnError}
 */
export async function readChangeTypes(
  connection: SvnConnection,
  url: string,
  peg: number,
  revision: number,
): Promise<ReadonlyMap<string, ChangeType>> {
  const range = `--revision=${revision - 1}:${revision}`;
  const svn = startSvn(connection, ['diff', '--summarize', '--xml', range, target(url, peg)]);
  const found = new Map<string, ChangeType>();
  await readElements(svn, (path, { text, attributes }) => {
    if (path !== 'diff/paths/path' || attributes['kind'] !== 'file') return;
    found.set(relativePath(url, text), types.get(attributes['item'] ?? '') ?? 'M');
  });
  return found;
}

/** Svn writes URLs in one form, whatever form they were given in. */
function relativePath(base: string, url: string): string {
  return decodeURIComponent(url).slice(decodeURIComponent(base).length + 1);
}
