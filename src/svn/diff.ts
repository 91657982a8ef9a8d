import { type ChangeType, type Difference, DiffParser } from './diff-parser.js';
import { readStream, type SvnConnection, startSvn, target } from './run.js';
import { readElements } from './xml.js';

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
  // No program or option of someone's configuration takes the place of the unified diff of svn.
  const format = ['--ignore-properties', '--internal-diff', '--extensions=-u'];
  const svn = startSvn(connection, ['diff', ...format, `--revision=${revision - 1}:${revision}`, target(url, peg)]);
  const parser = new DiffParser();
  await readStream(svn, (chunk) => parser.add(chunk));
  return parser.finish();
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
